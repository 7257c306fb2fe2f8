import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError, parseConfig, type Random, randomStream, type Table } from '@s3/interface';
import { z } from 'zod';
import { audioPaths } from '../audio/audio-folder.ts';
import { readAudio } from '../audio/read-audio.ts';
import { audioInfo } from '../audio/recording-file.ts';
import { resampledLength } from '../audio/resample.ts';
import { wavBytes } from '../audio/wav-bytes.ts';
import { addNoises } from '../datasets/augment-waveform.ts';
import { type DiarizationRecording, segmentTable } from '../tables/diarization-table.ts';
import { writeKaldiDirectory } from '../tables/kaldi-directory.ts';
import { fieldName, writeRttm } from '../tables/rttm.ts';
import { sourceColumn } from '../tables/separation-table.ts';
import { speakerTable } from '../tables/speaker-verification-tables.ts';
import { writeTable } from '../tables/table.ts';
import { copyPlaces } from '../tables/table-place.ts';
import { writeTextFile } from '../tables/text-file.ts';
import { coverage, type MixtureTurn, planMixture, type SourceUtterance } from './mixture-plan.ts';

/** What mixtures are like. */
export const mixtureSettings = z.strictObject({
  mixtures: z.int().positive().default(100).describe('how many to make'),
  minSpeakers: z.int().positive().default(2).describe('speakers of a mixture, at least'),
  maxSpeakers: z.int().positive().default(2).describe('speakers of a mixture, at most; drawn anew for each'),
  turnsPerSpeaker: z.int().positive().default(4).describe('utterances that each speaker says in a mixture'),
  overlapRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('share of the time with speech in which more than one speaker speaks, 0..1; came near to, and reported'),
  pauseSeconds: z.number().nonnegative().default(0.5).describe('mean of the pauses between turns that do not overlap, in seconds'),
  noise: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('noise to add: an audio file, or a folder of which one is drawn for each mixture; null for none'),
  minSnrDecibels: z.number().default(5).describe('speech over noise, at least, in decibels'),
  maxSnrDecibels: z.number().default(20).describe('speech over noise, at most, in decibels; drawn anew for each mixture'),
  alone: z
    .boolean()
    .default(false)
    .describe('also write what each speaker says alone, for separation and enhancement; mixtures have one number of speakers then'),
  sampleRate: z.int().positive().default(16_000).describe('Hz of the mixtures; recordings of another rate are resampled'),
  seed: z.int().default(0).describe('the same seed, settings and recordings make the same mixtures, to the byte'),
});
/** Settings of `makeMixtures`. */
export type MixtureSettings = z.output<typeof mixtureSettings>;

/** The mixtures that there are now. */
export interface Mixtures {
  /** with durations and segments */
  readonly recordings: readonly DiarizationRecording[];
  /** those that were there already */
  readonly kept: number;
  readonly seconds: number;
  /** reached in all of them together */
  readonly overlapRatio: number;
}

/**
 * Makes recordings of several speakers out of recordings of one speaker each, with who speaks when.
 *
 * Writes `wav/*.wav` (16 bits), `mixtures.rttm`, `mixtures.csv` (columns of `diarizationTable`), and the Kaldi data directory `kaldi`; with `alone`
 * also `s1/*.wav`, `s2/*.wav` and so on, the speakers by their names (`clean` where there is one), and `sources.csv` (columns of `separationTable`). Each file
 * appears whole or not at all, the lists when all mixtures are there. Called again it goes on where it stopped. Each mixture is a function of
 * seed and number: more of them leave the first ones as they are.
 *
 * A recording counts as speech from its beginning to its end; cut silence off before where that matters.
 *
 * @throws InputError for fewer speakers than a mixture needs, recordings that cannot be read, noise that is silent, or a
 *   folder that holds mixtures made otherwise
 */
export async function makeMixtures(
  {
    speech,
    folder,
    onProgress,
  }: {
    /** rows of single-speaker recordings: id, wav_path, speaker (or spk) */
    readonly speech: Table;
    readonly folder: string;
    readonly onProgress?: (label: string, done: number, total: number) => void;
  },
  config: z.input<typeof mixtureSettings> = {},
): Promise<Mixtures> {
  const settings = parseConfig('makeMixtures', mixtureSettings, config);
  const { minSpeakers, maxSpeakers, minSnrDecibels, maxSnrDecibels, sampleRate, seed } = settings;
  refuseReversed('minSpeakers', minSpeakers, 'maxSpeakers', maxSpeakers);
  refuseReversed('minSnrDecibels', minSnrDecibels, 'maxSnrDecibels', maxSnrDecibels);
  if (settings.alone && minSpeakers !== maxSpeakers) {
    const expected = 'as many as maxSpeakers, where each is written alone';
    throw new InputError('minSpeakers', `${minSpeakers}, with maxSpeakers ${maxSpeakers}`, expected, 'Give both the same number.');
  }
  const utterances = await measure(speech, sampleRate, onProgress);
  const bySpeaker = groupBySpeaker(utterances);
  if (bySpeaker.length < maxSpeakers) {
    const found = `${bySpeaker.length} speakers: ${bySpeaker.map(([name]) => name).join(', ')}`;
    throw new InputError('the table of recordings', found, `at least ${maxSpeakers}, for a mixture`, 'Add speakers, or lower maxSpeakers.');
  }
  const noises = settings.noise === null ? [] : await noiseFiles(settings.noise);
  await claimFolder(folder, settings, utterances, noises);

  const digits = Math.max(5, String(settings.mixtures - 1).length);
  const recordings: DiarizationRecording[] = [];
  const covered = { speech: 0, overlap: 0 };
  let kept = 0;
  for (let index = 0; index < settings.mixtures; index++) {
    const random = randomStream(seed, 'mixture', index);
    const count = minSpeakers + random.integer(maxSpeakers - minSpeakers + 1);
    const chosen = random.permutation(bySpeaker.length).slice(0, count);
    const turns = planMixture(
      chosen.map((speaker) => bySpeaker[speaker]![1]),
      { ...settings, pauseSamples: settings.pauseSeconds * sampleRate },
      random,
    );
    const name = `mix_${String(index).padStart(digits, '0')}`;
    const path = resolve(folder, 'wav', `${name}.wav`);
    if (existsSync(path)) kept++;
    else {
      const [mixture, ...alone] = await render(turns, noises, settings, randomStream(seed, 'mixture noise', index));
      // the mixture last: where it is, all is
      for (const [source, sound] of alone.entries()) {
        await writeTextFile(resolve(folder, sourceNames(maxSpeakers)[source]!, `${name}.wav`), wavBytes(sound, sampleRate));
      }
      await writeTextFile(path, wavBytes(mixture!, sampleRate));
    }
    const own = coverage(turns);
    covered.speech += own.speech;
    covered.overlap += own.overlap;
    recordings.push(recordingOf(name, path, turns, sampleRate));
    onProgress?.('making mixtures', index + 1, settings.mixtures);
    await new Promise(setImmediate);
  }
  const relative = segmentTable(recordings).map((row) => ({ ...row, wav_path: `wav/${row['record_id']}.wav` }));
  await writeTable(join(folder, 'mixtures.csv'), relative);
  if (settings.alone) {
    const sources = sourceNames(maxSpeakers);
    const rows = recordings.map(({ recording }) => ({
      id: recording,
      wav_path: `wav/${recording}.wav`,
      ...Object.fromEntries(sources.map((source) => [sourceColumn(source), `${source}/${recording}.wav`])),
    }));
    await writeTable(join(folder, 'sources.csv'), rows);
  }
  await writeRttm(
    join(folder, 'mixtures.rttm'),
    recordings.flatMap(({ segments }) => segments),
  );
  await writeKaldiDirectory(join(folder, 'kaldi'), recordings);
  return {
    recordings,
    kept,
    seconds: recordings.reduce((sum, { durationSeconds }) => sum + durationSeconds!, 0),
    overlapRatio: covered.speech > 0 ? covered.overlap / covered.speech : 0,
  };
}

async function measure(
  speech: Table,
  sampleRate: number,
  onProgress: ((label: string, done: number, total: number) => void) | undefined,
): Promise<SourceUtterance[]> {
  const named = speech.map((row) => ({ ...row, spk: row['speaker'] ?? row['spk'] ?? '' }));
  copyPlaces(speech, named);
  const listed = speakerTable(named, 'the table of recordings');
  const utterances: SourceUtterance[] = [];
  for (const [index, { id, path, speaker, where }] of listed.entries()) {
    fieldName(speaker, 'speaker', where); // the lists are written last, when hours of mixtures may be there
    const info = await audioInfo(path).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${where}: ${error.where}`, error.found, error.expected, error.remedy, { cause: error });
    });
    utterances.push({ id, path, speaker, samples: resampledLength(info.samples, info.sampleRate, sampleRate) });
    if ((index + 1) % 100 === 0 || index + 1 === listed.length) onProgress?.('looking up lengths', index + 1, listed.length);
  }
  return utterances;
}

function groupBySpeaker(utterances: readonly SourceUtterance[]): [string, SourceUtterance[]][] {
  const groups = new Map<string, SourceUtterance[]>();
  for (const utterance of utterances) {
    const group = groups.get(utterance.speaker);
    if (group) group.push(utterance);
    else groups.set(utterance.speaker, [utterance]);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

async function noiseFiles(path: string): Promise<readonly string[]> {
  const files = (await stat(path).catch(() => undefined))?.isDirectory() ? await audioPaths(path) : [resolve(path)];
  if (files.length > 0) return files;
  throw new InputError(path, 'no audio file', 'noise', 'Name a folder that has some, or a file.');
}

/** Says, before the first mixture, what the folder holds; a folder of other mixtures is left alone. */
async function claimFolder(
  folder: string,
  settings: MixtureSettings,
  utterances: readonly SourceUtterance[],
  noises: readonly string[],
): Promise<void> {
  const { mixtures, ...rest } = settings;
  const sources = createHash('sha256')
    .update(JSON.stringify([utterances, noises]))
    .digest('hex');
  const path = join(folder, 'mixtures.json');
  const content = { settings: rest, sources };
  if (existsSync(path)) {
    const before = JSON.parse(await readFile(path, 'utf8')) as Partial<typeof content>;
    const differing = Object.entries({ ...rest, sources }).flatMap(([name, value]) => {
      const earlier = name === 'sources' ? before.sources : before.settings?.[name as keyof typeof rest];
      return earlier === value ? [] : [name === 'sources' ? 'the recordings' : `${name} ${earlier}`];
    });
    if (differing.length === 0) return;
    throw new InputError(
      path,
      `mixtures made otherwise: ${differing.join(', ')}`,
      'the same settings and recordings',
      'Choose another folder, or empty this one.',
    );
  }
  await writeTextFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Folders of what speakers say alone, also the names of sources. */
const sourceNames = (speakers: number): string[] =>
  speakers === 1 ? ['clean'] : Array.from({ length: speakers }, (_, speaker) => `s${speaker + 1}`);

/** The sound of a mixture, scaled down as a whole where it would clip, and of its speakers by their names, where they are asked for. */
async function render(
  turns: readonly MixtureTurn[],
  noises: readonly string[],
  { sampleRate, minSnrDecibels, maxSnrDecibels, alone }: MixtureSettings,
  random: Random,
): Promise<Float32Array[]> {
  const mixture = new Float32Array(Math.max(...turns.map(({ endSample }) => endSample)));
  const speakers = new Map(
    [...new Set(turns.map(({ utterance }) => utterance.speaker))]
      .sort()
      .map((name) => [name, new Float32Array(alone ? mixture.length : 0)]),
  );
  for (const { utterance, startSample } of turns) {
    const waveform = await readAudio(utterance.path, { sampleRate });
    const own = speakers.get(utterance.speaker)!;
    for (let index = 0; index < Math.min(waveform.length, utterance.samples); index++) {
      mixture[startSample + index]! += waveform[index]!;
      if (alone) own[startSample + index]! += waveform[index]!;
    }
  }
  const sounds = [noises.length > 0 ? await withNoise(mixture, noises, random) : mixture, ...(alone ? speakers.values() : [])];
  let peak = 0;
  for (const value of sounds[0]!) peak = Math.max(peak, Math.abs(value));
  return peak > 0.99 ? sounds.map((sound) => sound.map((value) => (value * 0.99) / peak)) : sounds;

  async function withNoise(speech: Float32Array, files: readonly string[], random: Random): Promise<Float32Array> {
    const path = files[random.integer(files.length)]!;
    const noise = await noiseOf(path, speech.length, sampleRate, random);
    if (noise.every((value) => value === 0)) throw new InputError(path, 'nothing but silence', 'noise', 'Leave the file out.');
    const decibels = minSnrDecibels + random.uniform() * (maxSnrDecibels - minSnrDecibels);
    // over the time with speech, not over the pauses too
    return addNoises(speech, [{ noise, snrDecibels: decibels + 10 * Math.log10(coverage(turns).speech / speech.length), start: 0 }]);
  }
}

/** Noise from a random place on, as much as is needed where the file has it. */
async function noiseOf(path: string, samples: number, sampleRate: number, random: Random): Promise<Float32Array> {
  const { seconds } = await audioInfo(path);
  const needed = samples / sampleRate;
  const startSeconds = random.uniform() * Math.max(0, seconds - needed);
  return readAudio(path, { sampleRate, startSeconds, ...(startSeconds + needed < seconds && { endSeconds: startSeconds + needed }) });
}

function recordingOf(recording: string, path: string, turns: readonly MixtureTurn[], sampleRate: number): DiarizationRecording {
  const segments = turns.map(({ utterance, startSample, endSample }, index) => ({
    recording,
    utterance: `${recording}_${String(index).padStart(3, '0')}`,
    speaker: utterance.speaker,
    startSeconds: startSample / sampleRate,
    endSeconds: endSample / sampleRate,
    where: path,
  }));
  return {
    recording,
    path,
    durationSeconds: Math.max(...turns.map(({ endSample }) => endSample)) / sampleRate,
    speakers: [...new Set(segments.map(({ speaker }) => speaker))].sort(),
    segments,
    regions: undefined,
    where: path,
  };
}

function refuseReversed(low: string, least: number, high: string, most: number): void {
  if (least <= most) return;
  throw new InputError(low, String(least), `at most ${high}, ${most}`, 'Lower the one or raise the other.');
}
