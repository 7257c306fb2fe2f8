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
  root = await mkdtemp(join(tmpdir(), 's3-superb-er-layout-'));
  recordings = resolveWavPaths(await readTable(trainCsv), trainCsv).map((row) => row['wav_path']!);
  for (const session of [1, 2, 3, 4, 5]) {
    const dialog = `Ses0${session}F_impro01`;
    const emotions = ['neu', 'hap', 'ang', 'sad', 'exc', 'fru'];
    await text(
      `Session${session}/dialog/EmoEvaluation/${dialog}.txt`,
      emotions.map((emotion, index) => `[${index}.0 - ${index}.9]\t${dialog}_F00${index}\t${emotion}\t[2.5, 2.5, 2.5]`),
    );
    for (let index = 0; index < 5; index++)
      await speech(`Session${session}/sentences/wav/${dialog}/${dialog}_F00${index}.wav`, session * 5 + index);
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

test('IEMOCAP in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root, testFold: 0 },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, context());
  expect([corpus.train.length, corpus.valid!.length, corpus.tests['session1']!.length]).toEqual([16, 4, 5]);
  expect(new Set(corpus.train.map(({ label }) => label))).toEqual(new Set(['ang', 'hap', 'neu', 'sad']));
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

test('IEMOCAP needs to be told the fold', async () => {
  const config = parseConfig(recipe.name, recipe.config, { corpus: { root }, upstream: { name: 'fbank' } }) as never;
  await expect(recipe.prepare(config, context())).rejects.toThrow(
    'corpus.testFold: found nothing; expected the fold of IEMOCAP to test on, 0 to 4',
  );
});
