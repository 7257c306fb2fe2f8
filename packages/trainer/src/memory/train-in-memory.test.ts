import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine, witness } from '../fixtures/toy-run.ts';
import { observeAll } from '../observers/observer.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { type TrainOptions, train } from '../training/train.ts';
import type { TrainedProblem } from '../training/training-steps.ts';
import { openCheckpointFiles } from './checkpoint-files.ts';
import { type TrainInMemoryOptions, trainInMemory } from './train-in-memory.ts';

const origin = { recipe: 'toy', version: '0', engine: toyEngine, corpus: { rows: 1, sha256: '' } } as const;
const settings = {
  corpus: { rows: 10, valid: true },
  training: { totalSteps: 7, evalStep: 3, logStep: 2, saveStep: 7, gradientAccumulate: 2, seed: 3 },
  optimizer: { name: 'AdamW', learningRate: 0.05 },
  scheduler: { name: 'CosineAnnealingLR' },
} as const;

async function toy(given: { readonly [section: string]: unknown } = settings) {
  const config = toyRecipe.config.parse(given) as never as Pick<TrainOptions, 'training' | 'optimizer' | 'scheduler'>;
  const context = { seed: config.training.seed, targetDir: '', cacheDir: '', workers: 0, onProgress: () => {} };
  const corpus = await toyRecipe.prepare(config as never, context);
  const encoders = { classes: ['a', 'b'] };
  const task = await toyRecipe.buildTask({ config: config as never, encoders: encoders as never, context });
  const parts = { config: config as never, corpus, encoders: encoders as never, task: task as never, context };
  const problem = (await toyRecipe.buildProblem(parts)) as TrainedProblem;
  return { ...config, problem, task, config, encoders, origin } as TrainInMemoryOptions &
    Pick<TrainOptions, 'training' | 'optimizer' | 'scheduler'>;
}

async function trainOnDisk(trainDir: string, change: Partial<TrainOptions> = {}) {
  const { seen, observer } = witness();
  const options = { ...(await toy()), evalBatches: -1, trainDir, observer: observeAll([observer]), communicator: oneProcess };
  await train({ ...(options as TrainOptions), ...change });
  return seen;
}

describe('trainInMemory', () => {
  it('takes the steps of a run: the same logs and, byte for byte, the same checkpoint', async () => {
    const trainDir = join(temporaryFolder(), 'train');
    const onDisk = await trainOnDisk(trainDir);
    const { seen, observer } = witness();
    const { step, files } = await trainInMemory({ ...(await toy()), observer });
    expect(step).toBe(7);
    expect(seen.entries).toEqual(onDisk.entries);
    const names = (await readdir(join(trainDir, 'step_7'))).sort();
    expect([...files.keys()].sort()).toEqual(names);
    for (const name of names.filter((file) => file !== 'state.json')) {
      expect(Buffer.from(files.get(name)!).equals(await readFile(join(trainDir, 'step_7', name))), name).toBe(true);
    }
  });

  it('goes on from a checkpoint as if never stopped, and a run goes on from its', async () => {
    const whole = await trainInMemory(await toy());
    const stopping = new AbortController();
    const part = await trainInMemory({
      ...(await toy()),
      signal: stopping.signal,
      observer: { progress: ({ label, done }) => void (label === 'train' && done === 4 && stopping.abort()) },
    });
    expect(part.step).toBe(4);
    const from = openCheckpointFiles(part.files, 'part.zip');
    const rest = await trainInMemory({ ...(await toy()), from });
    expect(rest.files.get('model.safetensors')).toEqual(whole.files.get('model.safetensors'));

    const folder = join(temporaryFolder(), 'train', 'step_4');
    for (const [name, bytes] of part.files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await trainOnDisk(dirname(folder), { from: await readCheckpoint(folder) });
    const gone = await readFile(join(dirname(folder), 'step_7', 'model.safetensors'));
    expect(gone.equals(Buffer.from(whole.files.get('model.safetensors')!))).toBe(true);
  });

  it('leaves no tensor behind but those of the task', async () => {
    const options = await toy();
    const before = tf.memory().numTensors;
    await trainInMemory(options);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong with settings and data', async () => {
    await expect(trainInMemory({ ...(await toy()), training: { totalSteps: 0 } })).rejects.toThrow(/training: invalid settings/);
    const options = await toy();
    const none = { ...options.problem, train: { ...options.problem.train, batches: { length: 0, epoch: async function* () {} } } };
    await expect(trainInMemory({ ...options, problem: none })).rejects.toThrow('the training set: found no batches');
  });

  it('needs nothing of Node', async () => {
    const entry = fileURLToPath(new URL('index.ts', import.meta.url));
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      conditions: ['@s3/source'],
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text).not.toMatch(/from ["']node:|require\(["']/);
  });
});
