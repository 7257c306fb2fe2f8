import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTable, resolveWavPaths } from '@s3/dataio';
import { parseConfig } from '@s3/interface';
import { trainCsv } from '@s3/quickstart-data';
import { dispose } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature, filled with real speech (what a file holds is told by its content, not by its name)
let root: string;
let recordings: string[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 's3-superb-ks-layout-'));
  recordings = resolveWavPaths(await readTable(trainCsv), trainCsv).map((row) => row['wav_path']!);
  const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];
  for (const [index, word] of [...words, 'bed'].entries()) {
    // of these speakers the corpus's hash puts the first into training, the second into validation
    await speech(`speech_commands_v0.01/${word}/1027c4d1_nohash_0.wav`, index);
    await speech(`speech_commands_v0.01/${word}/7311d8a3_nohash_1.wav`, index + 20);
    await speech(`speech_commands_test_set_v0.01/${word === 'bed' ? '_unknown_' : word}/0000_nohash_0.wav`, index + 40);
  }
  await speech('speech_commands_v0.01/_background_noise_/hum.wav', 3);
  await speech('speech_commands_test_set_v0.01/_silence_/quiet.wav', 4);
});
afterAll(() => rm(root, { recursive: true }));

async function speech(file: string, recording: number): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await copyFile(recordings[recording % recordings.length]!, join(root, file));
}

const context = () => ({ seed: 0, targetDir: root, cacheDir: root, workers: 0, onProgress() {} });

test('Speech Commands v1 in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, context());
  const labels = (table: typeof corpus.train) => new Set(table.map(({ label }) => label)).size;
  expect([corpus.train, corpus.valid!, corpus.tests['test']!].map(labels)).toEqual([12, 12, 12]);
  expect(
    corpus.train.filter(({ label }) => label === '_silence_').every((row) => Number(row['end_sec']) <= Number(row['start_sec']) + 1),
  ).toBe(true);
  const encoders = await recipe.encode(config, corpus);
  const task = await recipe.buildTask({ config, encoders: encoders as never, context: context() });
  const { train } = await recipe.buildProblem({ config, corpus, encoders: encoders as never, task: task as never, context: context() });
  for await (const batch of train.batches.epoch(0)) {
    const { waveforms, labels } = batch as {
      readonly waveforms: { readonly values: never; readonly lengths: number[] };
      readonly labels: unknown[];
    };
    expect(waveforms.lengths.every((length) => length > 1600)).toBe(true);
    expect(labels).toHaveLength(4);
    dispose(waveforms.values);
    break;
  }
});
