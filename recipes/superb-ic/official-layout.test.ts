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
  root = await mkdtemp(join(tmpdir(), 's3-superb-ic-layout-'));
  recordings = resolveWavPaths(await readTable(trainCsv), trainCsv).map((row) => row['wav_path']!);
  const header = ',path,speakerId,transcription,action,object,location';
  const commands = ['activate,lights,kitchen', 'deactivate,music,none', 'change language,none,none', 'activate,lights,washroom'];
  for (const [index, name] of ['train', 'valid', 'test'].entries()) {
    await text(`data/${name}_data.csv`, [
      header,
      ...commands.map((command, row) => `${row},wavs/speakers/x/${name}${row}.wav,x,"Do, please",${command}`),
    ]);
    for (const row of commands.keys()) await speech(`wavs/speakers/x/${name}${row}.wav`, 10 * index + row);
  }
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

test('Fluent Speech Commands in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, context());
  expect(corpus.train.map((row) => row['labels'])[2]).toBe('change language ; none ; none');
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

test('names of groups have to be as many as the labels', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root, groups: ['action', 'object'] },
    upstream: { name: 'fbank' },
  }) as never;
  const corpus = await recipe.prepare(config, context());
  expect(() => recipe.encode(config, corpus)).toThrow('corpus.groups: found 2 names; expected 3');
});
