import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  root = await mkdtemp(join(tmpdir(), 's3-superb-sid-layout-'));
  recordings = resolveWavPaths(await readTable(trainCsv), trainCsv).map((row) => row['wav_path']!);
  const files = [
    'id10001/zz/00001.wav',
    'id10001/zz/00002.wav',
    'id10270/yy/00001.wav',
    'id10270/yy/00002.wav',
    'id10001/xx/00003.wav',
    'id10270/xx/00003.wav',
  ];
  for (const [index, file] of files.entries()) await speech(`${file.startsWith('id10270') ? 'test' : 'dev'}/wav/${file}`, index);
  await text(
    'iden_split.txt',
    files.map((file, index) => `${index < 4 ? 1 : index - 2} ${file}`),
  );
});
afterAll(() => rm(root, { recursive: true }));

async function speech(file: string, recording: number): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await copyFile(recordings[recording % recordings.length]!, join(root, file));
}

async function text(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), `${lines.join('\n')}\n`);
}

const context = () => ({ seed: 0, targetDir: root, cacheDir: root, workers: 0, onProgress() {} });

test('VoxCeleb1 in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, context());
  expect([corpus.train, corpus.valid!, corpus.tests['test']!].map((table) => table.map(({ label }) => label))).toEqual([
    ['id10001', 'id10001', 'id10270', 'id10270'],
    ['id10001'],
    ['id10270'],
  ]);
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
