import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAudio } from '@s3/dataio';
import type { RecordingSource, TaskSound } from '@s3/interface';
import { afterAll, expect, test } from 'vitest';
import { writeSounds } from './write-sounds.ts';

const root = mkdtempSync(join(tmpdir(), 's3-write-sounds-'));
afterAll(() => rmSync(root, { recursive: true }));

const recording: RecordingSource = {
  name: 'street',
  sampleRate: 8000,
  samples: 300,
  read: async (first, end) => new Float32Array(end - first),
};

/** Three pieces of each of two sounds; `between` happens before the last. */
const soundOf = (between: () => void): TaskSound => ({
  outputs: ['low', 'high'],
  async *pieces() {
    for (let piece = 0; piece < 3; piece++) {
      if (piece === 2) between();
      yield [new Float32Array(100).fill(0.25), new Float32Array(100).fill(0.5)];
    }
  },
});

test('writes a file for each sound', async () => {
  const folder = join(root, 'whole');
  const paths = await writeSounds(
    soundOf(() => {}),
    recording,
    folder,
  );
  expect(paths).toEqual(['street_low.wav', 'street_high.wav'].map((name) => join(folder, name)));
  expect(await readAudio(paths[1]!)).toEqual(new Float32Array(300).fill(0.5));
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('leaves nothing at %s', async (signal, exitCode) => {
  const folder = mkdtempSync(join(root, 'stopped-'));
  const listeners = process.listenerCount(signal);
  const told: string[] = [];
  const stopped = writeSounds(
    soundOf(() => void process.emit(signal)),
    recording,
    folder,
    { onMessage: (text) => told.push(text) },
  );
  await expect(stopped).rejects.toMatchObject({ exitCode });
  expect(told).toEqual([`${signal}: stopping; nothing is written of street`]);
  expect(readdirSync(folder)).toEqual([]);
  expect(process.listenerCount(signal)).toBe(listeners);
});

test('tells of what failed in between', async () => {
  const folder = mkdtempSync(join(root, 'failed-'));
  const failing = soundOf(() => {
    throw new Error('the model failed');
  });
  await expect(writeSounds(failing, recording, folder)).rejects.toThrow('the model failed');
  expect(readdirSync(folder)).toEqual([]);
});
