import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream, type Table } from '@s3/interface';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAudio } from '../audio/read-audio.ts';
import { wavBytes } from '../audio/wav-bytes.ts';
import { type MixedUtterance, separationTable } from '../tables/separation-table.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { makeMixtures } from './make-mixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-mixtures-'));
const rate = 8000;
/** Each speaker is a constant of their own, so that a mixture can be taken apart again. */
const levels: { readonly [speaker: string]: number } = { ann: 0.125, bob: 0.25, cy: 0.5 };
const speech: Table = Object.keys(levels).flatMap((speaker) =>
  [0, 1, 2].map((index) => ({ id: `${speaker}${index}`, wav_path: join(folder, `${speaker}${index}.wav`), speaker })),
);
const settings = { mixtures: 4, minSpeakers: 1, maxSpeakers: 3, sampleRate: rate, turnsPerSpeaker: 3 };

beforeAll(() => {
  for (const [row, { speaker, wav_path: path }] of (speech as { speaker: string; wav_path: string }[]).entries()) {
    writeFileSync(path, wavBytes(new Float32Array(2000 + 500 * row).fill(levels[speaker]!), rate));
  }
  const random = randomStream('noise');
  writeFileSync(
    join(folder, 'noise.wav'),
    wavBytes(
      Float32Array.from({ length: 5000 }, () => 0.1 * random.normal()),
      rate,
    ),
  );
  writeFileSync(join(folder, 'silence.wav'), wavBytes(new Float32Array(5000), rate));
});

const target = () => mkdtempSync(join(folder, 'out-'));

test('the sound is the sum of those who speak', async () => {
  const { recordings } = await makeMixtures({ speech, folder: target() }, settings);
  expect(recordings).toHaveLength(4);
  expect(new Set(recordings.map(({ speakers }) => speakers.length)).size).toBeGreaterThan(1);
  for (const { path, segments, durationSeconds } of recordings) {
    const waveform = await readAudio(path);
    expect(waveform.length / rate).toBe(durationSeconds);
    const expected = new Float32Array(waveform.length);
    for (const { speaker, startSeconds, endSeconds } of segments) {
      for (let sample = Math.round(startSeconds * rate); sample < Math.round(endSeconds * rate); sample++)
        expected[sample]! += levels[speaker]!;
    }
    const off = waveform.reduce((most, value, sample) => Math.max(most, Math.abs(value - expected[sample]!)), 0);
    expect(off).toBeLessThan(1e-4);
  }
});

test('noise lies under the speech by the ratio that was asked for', async () => {
  const plain = await makeMixtures({ speech, folder: target() }, settings);
  const noisy = await makeMixtures(
    { speech, folder: target() },
    { ...settings, noise: join(folder, 'noise.wav'), minSnrDecibels: 12, maxSnrDecibels: 12 },
  );
  expect(noisy.recordings.map(({ segments }) => segments.length)).toEqual(plain.recordings.map(({ segments }) => segments.length));
  for (const [index, { path, segments }] of noisy.recordings.entries()) {
    const [clean, both] = [await readAudio(plain.recordings[index]!.path), await readAudio(path)];
    if (both.some((value) => Math.abs(value) > 0.98)) continue; // scaled down as a whole
    const spoken = clean.filter((value) => value !== 0);
    const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const noise = both.map((value, sample) => value - clean[sample]!);
    expect(10 * Math.log10(power(spoken) / power(noise))).toBeCloseTo(12, 1);
    expect(segments.length).toBeGreaterThan(0);
  }
});

describe('writes each speaker alone', () => {
  const one = { mixtures: 3, turnsPerSpeaker: 1, overlapRatio: 1, pauseSeconds: 0, sampleRate: rate, alone: true };

  test('which add up to the mixture, wholly over one another', async () => {
    const out = target();
    const { overlapRatio } = await makeMixtures({ speech, folder: out }, one);
    expect(overlapRatio).toBeGreaterThan(0.5);
    const csv = join(out, 'sources.csv');
    const mixtures = separationTable(resolveWavPaths(await readTable(csv), csv, ['wav_path_s1', 'wav_path_s2']), ['s1', 's2']);
    expect(mixtures).toHaveLength(3);
    for (const { path, sources } of mixtures) {
      const [mixture, first, second] = await Promise.all([path, ...sources].map((file) => readAudio(file)));
      expect(first!.length).toBe(mixture!.length);
      const off = mixture!.reduce((most, value, sample) => Math.max(most, Math.abs(value - first![sample]! - second![sample]!)), 0);
      expect(off).toBeLessThan(1e-4);
      expect(Math.max(...first!)).toBeLessThan(Math.max(...second!));
    }
  });

  test('as clean speech where there is one speaker and noise', async () => {
    const out = target();
    const noise = join(folder, 'noise.wav');
    await makeMixtures({ speech, folder: out }, { ...one, minSpeakers: 1, maxSpeakers: 1, noise, minSnrDecibels: 12, maxSnrDecibels: 12 });
    const csv = join(out, 'sources.csv');
    const table = resolveWavPaths(await readTable(csv), csv, ['wav_path_clean']);
    const [{ path, sources }] = separationTable(table, ['clean']) as [MixedUtterance];
    const [mixture, clean] = await Promise.all([path, sources[0]!].map((file) => readAudio(file)));
    const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    expect(10 * Math.log10(power(clean!) / power(mixture!.map((value, sample) => value - clean![sample]!)))).toBeCloseTo(12, 1);
  });

  test('of one number of speakers', async () => {
    await expect(makeMixtures({ speech, folder: target() }, { ...one, minSpeakers: 1 })).rejects.toThrow(
      'minSpeakers: found 1, with maxSpeakers 2',
    );
  });
});

describe('refuses', () => {
  test.each([
    ['too few speakers', { maxSpeakers: 4 }, 'found 3 speakers: ann, bob, cy; expected at least 4'],
    ['fewer at most than at least', { minSpeakers: 3, maxSpeakers: 2 }, 'minSpeakers: found 3'],
    ['an overlap of more than everything', { overlapRatio: 1.5 }, 'overlapRatio'],
    ['a setting that there is not', { overlap: 0.5 }, 'overlap'],
  ])('%s', async (_, changes, message) => {
    await expect(makeMixtures({ speech, folder: target() }, { ...settings, ...changes })).rejects.toThrow(message);
  });

  test('noise that is silent, or not there', async () => {
    const noise = (name: string) => makeMixtures({ speech, folder: target() }, { ...settings, noise: join(folder, name) });
    await expect(noise('silence.wav')).rejects.toThrow('silence.wav: found nothing but silence');
    await expect(noise('none.wav')).rejects.toThrow('no such file');
  });

  test('a speaker whose name the lists cannot hold, with its row, before the first mixture', async () => {
    const rows = speech.map((row) => (row['speaker'] === 'cy' ? { ...row, speaker: 'cy young' } : row));
    const out = target();
    await expect(makeMixtures({ speech: rows, folder: out }, settings)).rejects.toThrow(/row 8: found 'cy young' as the name of a speaker/);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a recording that cannot be read, with its row', async () => {
    const rows = [...speech, { id: 'x', wav_path: join(folder, 'x.wav'), speaker: 'ann' }];
    await expect(makeMixtures({ speech: rows, folder: target() }, settings)).rejects.toThrow(/row 11: .*x.wav: found no such file/);
  });
});
