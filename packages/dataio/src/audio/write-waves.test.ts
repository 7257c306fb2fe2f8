import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@s3/interface';
import { expect, test } from 'vitest';
import { wavBytes } from './wav-bytes.ts';
import { writeWaves } from './write-waves.ts';

const root = mkdtempSync(join(tmpdir(), 's3-waves-'));

const waves = [0, 1].map((place) => {
  const random = randomStream('wave', place);
  return Float32Array.from({ length: 1000 }, () => random.uniform() * 2.2 - 1.1);
});
const format = { samples: 1000, sampleRate: 8000 };

async function* pieces(until = 1000) {
  for (let first = 0; first < until; first += 300) yield waves.map((wave) => wave.subarray(first, Math.min(first + 300, 1000)));
  if (until < 1000) throw new Error('the model failed');
}

test('are the bytes of whole ones', async () => {
  const paths = ['a.wav', 'new/b.wav'].map((name) => join(root, 'whole', name));
  await writeWaves(paths, format, pieces());
  for (const [place, path] of paths.entries()) expect(new Uint8Array(await readFile(path))).toEqual(wavBytes(waves[place]!, 8000));
});

test('appear all or not at all', async () => {
  const folder = mkdtempSync(join(root, 'broken-'));
  writeFileSync(join(folder, 'a.wav'), 'before');
  await expect(writeWaves([join(folder, 'a.wav'), join(folder, 'b.wav')], format, pieces(600))).rejects.toThrow('the model failed');
  expect(readdirSync(folder)).toEqual(['a.wav']);
  expect(await readFile(join(folder, 'a.wav'), 'utf8')).toBe('before');
});

test('name the file that cannot be written', async () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  await expect(writeWaves([join(file, 'a.wav')], format, pieces())).rejects.toThrow('a file that can be written');
});

test('are refused where a WAV file cannot name their length', async () => {
  await expect(writeWaves([join(root, 'long.wav')], { samples: 2 ** 31, sampleRate: 16_000 }, pieces())).rejects.toThrow(
    'at most 37.3 hours',
  );
});
