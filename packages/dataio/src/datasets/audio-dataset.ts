import { type BuildContext, type Dataset, defineComponent, InputError, randomStream, settingPath } from '@s3/interface';
import { z } from 'zod';
import type { AudioPart } from '../audio/read-audio.ts';
import { type AudioLengthCache, audioLengthCache } from './audio-length-cache.ts';
import { augmentationDraw, augmentationSettings, augments } from './augmentation.ts';
import type { WaveformRequest } from './read-waveform.ts';
import type { Outcome } from './worker-job.ts';
import { type RunWorkerJob, workerPool } from './worker-pool.ts';

/** One recording, or a part of it; whatever else is known of it (a speaker, a text) passes through to the items. */
export interface AudioUtterance extends AudioPart {
  readonly id: string;
  readonly path: string;
  /** for messages: the list and row that named it */
  readonly where?: string | undefined;
}

/** Utterances with their waveforms, read when asked for. */
export interface AudioDataset<U extends AudioUtterance> extends Dataset<U & { readonly waveform: Float32Array }> {
  /** those that are kept, by index */
  readonly utterances: readonly U[];
  /** samples of each item, cropped; an upper bound where the speed changes */
  readonly lengths: readonly number[];
  /** Hz of the waveforms */
  readonly sampleRate: number;
  /** whether any is cropped at random or augmented */
  readonly varies: boolean;
  /** utterances left out for being too short */
  readonly dropped: number;
  /** threads that read */
  readonly workers: number;
}

/** What an `audioDataset` is made of. */
export interface AudioDatasetWiring<U extends AudioUtterance> {
  readonly utterances: readonly U[];
  /** samples that the model needs at least; shorter utterances are refused, unless `minSeconds` leaves them out */
  readonly minSamples?: number | undefined;
  /** Hz that the model expects; settings that ask for another rate are refused */
  readonly modelRate?: number | undefined;
  /** threads that read; 0 for the one that asks */
  readonly workers?: number;
  /** called while the lengths of all recordings are looked up */
  readonly onProgress?: (label: string, done: number, total: number) => void;
  /** folder that keeps lengths which took decoding to find (where silence is trimmed), so that the next start is quick */
  readonly cacheDir?: string;
  /** what the threads load; to be named only by programs that were bundled: the URL of `@s3/dataio/worker` */
  readonly workerFile?: URL;
}

const audioDatasetConfig = z.object({
  sampleRate: z.int().positive().default(16_000).describe('Hz of the waveforms; recordings of another rate are resampled'),
  minSeconds: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('utterances not longer than this are left out, in seconds; null keeps all'),
  maxSeconds: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('longer utterances are cropped to this many seconds, at another random place each epoch; null keeps them whole'),
  gainDecibels: z.number().min(-100).max(100).default(0).describe('gain of the waveforms in decibels, clipped at full scale'),
  trimSilence: z.boolean().default(false).describe('remove silences at both ends and, if longer than 0.1 s, in between, as sox does'),
  augmentation: augmentationSettings.prefault({}),
});

/** `audioDataset` with its type variable, which `defineComponent` cannot express. */
export interface AudioDatasetComponent {
  <U extends AudioUtterance>(
    wiring: AudioDatasetWiring<U>,
    config?: z.input<typeof audioDatasetConfig>,
    context?: BuildContext,
  ): Promise<AudioDataset<U>>;
  readonly componentName: string;
  readonly config: typeof audioDatasetConfig;
}

/**
 * Utterances with their waveforms: part, mono, sample rate and speed, gain, silence, crop, reverberation, noise, volume, in this order.
 *
 * Looks up the length of every recording while it is built, so that what cannot be read is known before training
 * starts: from headers, or by decoding where silence is trimmed, since S3PRL measures after its effects.
 *
 * The place of a crop and every augmentation depend on seed, epoch and index alone. S3PRL draws all places from one generator, of which every
 * worker has the same copy; and it changes sample rates with sox there and librosa elsewhere, we with torchaudio's filter everywhere.
 *
 * @throws InputError for another rate than the model's; listing all recordings that cannot be read, or are shorter than `minSamples`; when no utterance is left; from `load`, when a file
 *   has changed meanwhile
 */
export const audioDataset = defineComponent({
  name: 'audioDataset',
  config: audioDatasetConfig,
  build: buildAudioDataset,
}) as unknown as AudioDatasetComponent;

/** Requests in one message: fewer cost more in messages than threads gain, more leave threads waiting at the end. */
const requestsInJob = 32;

async function buildAudioDataset(
  { utterances, minSamples = 1, modelRate, workers = 0, onProgress, cacheDir, workerFile }: AudioDatasetWiring<AudioUtterance>,
  config: z.output<typeof audioDatasetConfig>,
  { seed }: BuildContext,
): Promise<AudioDataset<AudioUtterance>> {
  const { sampleRate, minSeconds, maxSeconds, gainDecibels, trimSilence, augmentation } = config;
  if (modelRate !== undefined && sampleRate !== modelRate) {
    const expected = `${modelRate} Hz, which the model takes`;
    throw new InputError(
      settingPath(config, 'sampleRate'),
      `${sampleRate} Hz`,
      expected,
      `Set it to ${modelRate}; recordings are resampled.`,
    );
  }
  const run = workerPool(workers, workerFile);
  const maxSamples = maxSeconds === null ? Number.POSITIVE_INFINITY : Math.round(maxSeconds * sampleRate);
  const fewest = Math.max(1, minSamples);
  if (maxSamples < fewest) refuseCrop(settingPath(config, 'maxSeconds'), maxSeconds!, fewest / sampleRate);
  const requestOf = ({ path, startSeconds, endSeconds }: AudioUtterance): WaveformRequest => {
    return { path, startSeconds, endSeconds, sampleRate, gainDecibels, trimSilence, maxSamples };
  };

  const measured = await measure(utterances.map(requestOf), {
    run,
    workers,
    onProgress,
    cache: trimSilence && cacheDir !== undefined ? audioLengthCache(cacheDir) : undefined,
  });
  refuseBroken('utterances', utterances, measured);
  const drawAugmentation = await augmentationDraw(augmentation, {
    seed,
    async check(what, paths) {
      const requests = paths.map((path) => ({ ...requestOf({ id: path, path }), trimSilence: false }));
      refuseBroken(what, [], await measure(requests, { run, workers, onProgress, cache: undefined }));
    },
  });
  const [slowest, fastest] = [Math.min(1, ...augmentation.speedFactors), Math.max(1, ...augmentation.speedFactors)];
  const lengthOf = (index: number): number => (measured[index] as { length: number }).length;
  const kept = utterances.map((_, index) => index).filter((index) => lengthOf(index) > (minSeconds ?? 0) * sampleRate || !minSeconds);
  if (kept.length === 0) refuseEmpty(utterances.length, minSeconds, settingPath(config, 'minSeconds'));
  refuseShort(
    kept
      .filter((index) => lengthOf(index) / fastest < fewest)
      .map((index) => ({ ...utterances[index]!, seconds: lengthOf(index) / fastest / sampleRate })),
    fewest / sampleRate,
    trimSilence,
  );

  return {
    length: kept.length,
    utterances: kept.map((index) => utterances[index]!),
    lengths: kept.map((index) => Math.min(Math.ceil(lengthOf(index) / slowest), maxSamples)),
    sampleRate,
    varies: augments(augmentation) || kept.some((index) => lengthOf(index) / fastest > maxSamples),
    dropped: utterances.length - kept.length,
    workers,
    async load(indices, epoch) {
      const wanted = indices.map((index) => utterances[kept[index] ?? -1] ?? refuseIndex(index, kept.length));
      const requests = wanted.map((utterance, position) => {
        const cropPlace = maxSeconds === null ? 0 : randomStream(seed, 'crop', epoch, indices[position]!).uniform();
        return { ...requestOf(utterance), cropPlace, augmentation: drawAugmentation(epoch, indices[position]!) };
      });
      const outcomes = await run({ want: 'waveforms', requests });
      return wanted.map((utterance, position) => ({ ...utterance, waveform: waveformOf(outcomes[position]!, utterance) }));
    },
  };
}

interface Measuring {
  readonly run: RunWorkerJob;
  readonly workers: number;
  readonly onProgress: AudioDatasetWiring<AudioUtterance>['onProgress'];
  readonly cache: AudioLengthCache | undefined;
}

async function measure(requests: readonly WaveformRequest[], { run, workers, onProgress, cache }: Measuring): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const unknown: number[] = [];
  requests.forEach((request, index) => {
    const length = cache?.find(request);
    if (length === undefined) unknown.push(index);
    else outcomes[index] = { length };
  });
  let next = 0;
  let done = requests.length - unknown.length;
  const lane = async (): Promise<void> => {
    while (next < unknown.length) {
      const indices = unknown.slice(next, next + requestsInJob);
      next += requestsInJob;
      const found = await run({ want: 'lengths', requests: indices.map((index) => requests[index]!) });
      indices.forEach((index, position) => {
        const outcome = found[position]!;
        outcomes[index] = outcome;
        if ('length' in outcome) cache?.keep(requests[index]!, outcome.length);
      });
      done += indices.length;
      onProgress?.('looking up lengths', done, requests.length);
      // Reading in this thread never waits for anything: let the program answer signals and draw its progress.
      if (workers === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, 2 * workers) }, lane));
  cache?.save();
  return outcomes;
}

function refuseBroken(what: string, utterances: readonly AudioUtterance[], measured: readonly Outcome[]): void {
  const broken = measured.flatMap((outcome, index) => {
    const reason = reasonOf(outcome);
    const where = utterances[index]?.where;
    return reason === undefined ? [] : [where === undefined ? reason : `${where}: ${reason}`];
  });
  if (broken.length === 0) return;
  // a row that is read several times, at other speeds, is mended once
  const listed = listOf([...new Set(broken)]);
  throw new InputError(
    `${broken.length} of ${measured.length} ${what}`,
    'recordings that cannot be used',
    'all of them to be readable',
    `Mend these files or their rows, or take them out of the list:${listed}`,
  );
}

function refuseEmpty(total: number, minSeconds: number | null, setting: string): never {
  const found = total === 0 ? 'no utterance' : `${total} utterances, none longer than ${minSeconds} s`;
  throw new InputError(
    total === 0 ? 'the data set' : setting,
    found,
    'at least one',
    total === 0 ? 'Check the list it was made from.' : 'Lower it, or give longer recordings.',
  );
}

function refuseShort(short: readonly (AudioUtterance & { readonly seconds: number })[], minSeconds: number, trimmed: boolean): void {
  if (short.length === 0) return;
  const lengthOf = (seconds: number) => (seconds === 0 ? 'nothing but silence' : `${seconds.toFixed(3)} s`);
  const listed = listOf(short.map(({ where, path, seconds }) => `${where ? `${where}: ` : ''}${path} (${lengthOf(seconds)})`));
  throw new InputError(
    `${short.length} utterance${short.length === 1 ? '' : 's'}`,
    `recordings shorter than the model's reach${trimmed ? ' once their silence is trimmed' : ''}`,
    `at least ${minSeconds.toFixed(3)} s`,
    `${trimmed ? 'Set minSeconds, which leaves them out, or trimSilence to false; choose' : 'Choose'} a model with a shorter reach, or take these rows out of the list:${listed}`,
  );
}

/** The first ones, a line each. */
function listOf(texts: readonly string[]): string {
  const lines = texts.length > 10 ? [...texts.slice(0, 10), `and ${texts.length - 10} more`] : texts;
  return lines.map((line) => `\n  ${line}`).join('');
}

function refuseCrop(setting: string, maxSeconds: number, minSeconds: number): never {
  throw new InputError(
    setting,
    `${maxSeconds} s`,
    `at least ${minSeconds < 0.001 ? 'a sample' : `${minSeconds.toFixed(3)} s, the model's reach`}`,
    'Crop less.',
  );
}

function refuseIndex(index: number, length: number): never {
  throw new RangeError(`audioDataset: there is no item ${index} among ${length}`);
}

function waveformOf(outcome: Outcome, { where }: AudioUtterance): Float32Array {
  if ('waveform' in outcome) return outcome.waveform;
  if ('refused' in outcome) {
    const { where: file, found, expected, remedy } = outcome.refused;
    throw new InputError(where === undefined ? file : `${where}: ${file}`, found, expected, remedy);
  }
  throw new Error('broken' in outcome ? outcome.broken : 'a reading thread measured where it was to read');
}

function reasonOf(outcome: Outcome): string | undefined {
  if ('refused' in outcome) return `${outcome.refused.where}: found ${outcome.refused.found}`;
  return 'broken' in outcome ? outcome.broken : undefined;
}
