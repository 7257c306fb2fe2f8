import { join } from 'node:path';
import { InputError, randomStream, settingPath } from '@s3/interface';
import { z } from 'zod';
import { audioEndings } from '../audio/audio-folder.ts';
import { filesBelow } from '../audio/files-below.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import type { WaveformAugmentation } from './read-waveform.ts';

const probability = (what: string) => z.number().min(0).max(1).default(1).describe(`share of the utterances that get ${what}, 0..1`);

const decibels = (what: string) => z.number().describe(`${what} signal-to-noise ratio, in decibels`);
const recordings = (what: string) =>
  z
    .int()
    .min(1)
    .default(1)
    .describe(`${what} number of recordings that are added together, each at a ratio of its own; several voices are babble`);
const noiseSettings = {
  minSnrDecibels: decibels('least').default(0),
  maxSnrDecibels: decibels('largest').default(15),
  minRecordings: recordings('least'),
  maxRecordings: recordings('largest'),
};
type Ranges = Record<keyof typeof noiseSettings, number>;
const hasSnrRange = ({ minSnrDecibels, maxSnrDecibels }: Ranges) => minSnrDecibels <= maxSnrDecibels;
const hasRecordingRange = ({ minRecordings, maxRecordings }: Ranges) => minRecordings <= maxRecordings;
const belowSnr = { path: ['maxSnrDecibels'], message: 'is less than minSnrDecibels' };
const belowRecordings = { path: ['maxRecordings'], message: 'is less than minRecordings' };

const noiseKind = z
  .strictObject({
    source: z.string().min(1).describe('folder of noise recordings, or csv file with a column wav_path'),
    share: z.number().positive().default(1).describe('how often this kind is drawn, beside the shares of the others'),
    ...noiseSettings,
  })
  .refine(hasSnrRange, belowSnr)
  .refine(hasRecordingRange, belowRecordings);

/** Settings of what is done to waveforms so that a model meets more than was recorded; nothing unless asked for. */
export const augmentationSettings = z.strictObject({
  noise: z
    .strictObject({
      source: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('folder of noise recordings, or csv file with a column wav_path; null: no noise'),
      probability: probability('noise'),
      ...noiseSettings,
      kinds: z.array(noiseKind).default([]).describe('instead of one source several kinds of noise, of which each utterance gets one'),
    })
    .refine(hasSnrRange, belowSnr)
    .refine(hasRecordingRange, belowRecordings)
    .refine(({ source, kinds }) => source === null || kinds.length === 0, {
      path: ['source'],
      message: 'is a source beside kinds; name one or the other',
    })
    .prefault({}),
  reverberation: z
    .strictObject({
      source: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('folder of impulse responses of rooms, or csv file with a column wav_path; null: no reverberation'),
      probability: probability('reverberation'),
    })
    .prefault({}),
  speedFactors: z
    .array(z.number().min(0.5).max(2))
    .default([])
    .describe('an utterance is played this many times as fast, one of them drawn each time, such as 0.9,1,1.1; none: as it is'),
  minGainDecibels: z
    .number()
    .min(-100)
    .max(100)
    .default(0)
    .describe('least gain drawn for an utterance, in decibels; softer where it would leave full scale'),
  maxGainDecibels: z.number().min(-100).max(100).default(0).describe('largest gain drawn for an utterance, in decibels'),
});

export type AugmentationSettings = z.output<typeof augmentationSettings>;

/** What happens to an utterance in an epoch; undefined for nothing. */
export type DrawAugmentation = (epoch: number, index: number) => WaveformAugmentation | undefined;

/** Whether anything is to happen to the waveforms. */
export const augments = ({ noise, reverberation, speedFactors, minGainDecibels, maxGainDecibels }: AugmentationSettings): boolean =>
  noise.source !== null ||
  noise.kinds.length > 0 ||
  reverberation.source !== null ||
  speedFactors.length > 0 ||
  minGainDecibels !== 0 ||
  maxGainDecibels !== 0;

/**
 * Draws what happens to each utterance, as a function of seed, epoch and index alone; each kind has chance of its own, so that
 * one more does not change the others.
 *
 * @param check is given all recordings that may be mixed in, to refuse those that cannot be read
 * @throws InputError for a folder that is missing or without recordings, a csv file that cannot be read, and what `check` throws
 */
export async function augmentationDraw(
  settings: AugmentationSettings,
  { seed, check }: { readonly seed: number; readonly check: (what: string, paths: readonly string[]) => Promise<void> },
): Promise<DrawAugmentation> {
  const { noise, reverberation, speedFactors, minGainDecibels, maxGainDecibels } = settings;
  if (minGainDecibels > maxGainDecibels) {
    const found = `${maxGainDecibels} dB, less than minGainDecibels (${minGainDecibels} dB)`;
    throw new InputError(settingPath(settings, 'maxGainDecibels'), found, 'at least as much', 'Set both.');
  }
  const kinds = await noiseKinds(noise);
  const rooms = await recordingsOf(settingPath(reverberation, 'source'), reverberation.source);
  for (const { paths } of kinds) await check('noise recordings', paths);
  if (rooms.length > 0) await check('impulse responses', rooms);
  if (!augments(settings)) return () => undefined;
  return (epoch, index) => {
    const random = (what: string) => randomStream(seed, 'augmentation', what, epoch, index);
    const one = <T>(list: readonly T[], what: string, share = 1): T | undefined => {
      const chance = random(what);
      return chance.uniform() < share ? list[chance.integer(list.length)] : undefined;
    };
    const [speed, impulseResponse] = [one(speedFactors, 'speed'), one(rooms, 'room', reverberation.probability)];
    const between = (least: number, largest: number, share: number) => least + share * (largest - least);
    const noises = () => {
      const kind = kinds.length > 1 ? drawnKind(kinds, random('kind of noise').uniform()) : kinds[0];
      const chance = random('noise');
      if (!kind || chance.uniform() >= noise.probability) return [];
      const { paths, minRecordings, maxRecordings, minSnrDecibels, maxSnrDecibels } = kind;
      const count = minRecordings + random('noise recordings').integer(maxRecordings - minRecordings + 1);
      const mixing = random('mixing');
      return Array.from({ length: count }, () => ({
        path: paths[chance.integer(paths.length)]!,
        snrDecibels: between(minSnrDecibels, maxSnrDecibels, mixing.uniform()),
        place: mixing.uniform(),
      }));
    };
    return {
      ...(speed !== undefined && { speed }),
      ...(impulseResponse !== undefined && { impulseResponse }),
      noises: noises(),
      gainDecibels: between(minGainDecibels, maxGainDecibels, random('gain').uniform()),
    };
  };
}

interface NoiseKind extends Ranges {
  readonly share: number;
  readonly paths: readonly string[];
}

async function noiseKinds(noise: AugmentationSettings['noise']): Promise<readonly NoiseKind[]> {
  if (noise.source !== null) return [{ ...noise, share: 1, paths: await recordingsOf(settingPath(noise, 'source'), noise.source) }];
  const setting = settingPath(noise, 'kinds');
  return Promise.all(
    noise.kinds.map(async (kind, index) => ({ ...kind, paths: await recordingsOf(`${setting}[${index}].source`, kind.source) })),
  );
}

/** The kind on which a place falls, 0 <= place < 1 of all shares one after the other. */
function drawnKind(kinds: readonly NoiseKind[], place: number): NoiseKind | undefined {
  const sumUpTo = (count: number) => kinds.slice(0, count).reduce((sum, { share }) => sum + share, 0);
  return kinds.find((_, index) => place * sumUpTo(kinds.length) < sumUpTo(index + 1)) ?? kinds.at(-1);
}

async function recordingsOf(setting: string, source: string | null): Promise<readonly string[]> {
  if (source === null) return [];
  if (/\.csv$/i.test(source)) {
    const table = resolveWavPaths(await readTable(source, { columns: ['wav_path'] }), source);
    return filled(
      setting,
      `the csv file ${source} without a row`,
      table.map((row) => row['wav_path']!),
    );
  }
  const names = await filesBelow(source).catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? `'${source}', which is not there` : `'${source}', which is no folder that can be read`;
    throw new InputError(setting, found, 'a folder of recordings, or a csv file', 'Correct the path.', { cause });
  });
  const recordings = names.filter((name) => audioEndings.test(name));
  return filled(
    setting,
    `the folder '${source}' without recordings`,
    recordings.map((name) => join(source, name)),
  );
}

function filled(setting: string, found: string, paths: readonly string[]): readonly string[] {
  if (paths.length > 0) return paths;
  throw new InputError(setting, found, 'at least one recording (wav, flac, mp3, ogg, ...)', 'Give another source, or null for none.');
}
