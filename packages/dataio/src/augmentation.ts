import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, randomStream, settingPath } from '@s3/interface';
import { z } from 'zod';
import { audioEndings } from './audio-folder.ts';
import type { WaveformAugmentation } from './read-waveform.ts';
import { readTable, resolveWavPaths } from './table.ts';

const probability = (what: string) => z.number().min(0).max(1).default(1).describe(`share of the utterances that get ${what}, 0..1`);

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
      minSnrDecibels: z.number().default(0).describe('least signal-to-noise ratio, in decibels'),
      maxSnrDecibels: z.number().default(15).describe('largest signal-to-noise ratio, in decibels'),
    })
    .refine(({ minSnrDecibels, maxSnrDecibels }) => minSnrDecibels <= maxSnrDecibels, {
      path: ['maxSnrDecibels'],
      message: 'is less than minSnrDecibels',
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
  minGainDecibels: z.number().default(0).describe('least gain drawn for an utterance, in decibels; softer where it would leave full scale'),
  maxGainDecibels: z.number().default(0).describe('largest gain drawn for an utterance, in decibels'),
});

export type AugmentationSettings = z.output<typeof augmentationSettings>;

/** What happens to an utterance in an epoch; undefined for nothing. */
export type DrawAugmentation = (epoch: number, index: number) => WaveformAugmentation | undefined;

/** Whether anything is to happen to the waveforms. */
export const augments = ({ noise, reverberation, speedFactors, minGainDecibels, maxGainDecibels }: AugmentationSettings): boolean =>
  noise.source !== null || reverberation.source !== null || speedFactors.length > 0 || minGainDecibels !== 0 || maxGainDecibels !== 0;

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
  const noises = await recordingsOf(settingPath(noise, 'source'), noise.source);
  const rooms = await recordingsOf(settingPath(reverberation, 'source'), reverberation.source);
  if (noises.length > 0) await check('noise recordings', noises);
  if (rooms.length > 0) await check('impulse responses', rooms);
  if (!augments(settings)) return () => undefined;
  return (epoch, index) => {
    const random = (what: string) => randomStream(seed, 'augmentation', what, epoch, index);
    const one = <T>(list: readonly T[], what: string, share = 1): T | undefined => {
      const chance = random(what);
      return chance.uniform() < share ? list[chance.integer(list.length)] : undefined;
    };
    const [speed, impulseResponse] = [one(speedFactors, 'speed'), one(rooms, 'room', reverberation.probability)];
    const path = one(noises, 'noise', noise.probability);
    const mixing = random('mixing');
    const between = (least: number, largest: number, share: number) => least + share * (largest - least);
    return {
      ...(speed !== undefined && { speed }),
      ...(impulseResponse !== undefined && { impulseResponse }),
      ...(path !== undefined && {
        noise: { path, snrDecibels: between(noise.minSnrDecibels, noise.maxSnrDecibels, mixing.uniform()), place: mixing.uniform() },
      }),
      gainDecibels: between(minGainDecibels, maxGainDecibels, random('gain').uniform()),
    };
  };
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
  const names = await readdir(source, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? `'${source}', which is not there` : `'${source}', which is no folder that can be read`;
    throw new InputError(setting, found, 'a folder of recordings, or a csv file', 'Correct the path.', { cause });
  });
  const recordings = names.filter((name) => audioEndings.test(name)).sort();
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
