import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine, witness } from '../fixtures/toy-run.ts';
import { InterruptedError } from '../interrupted-error.ts';
import { observeAll } from '../observers/observer.ts';
import { oneProcess } from '../parallel/one-process.ts';
import { disposeTensors } from './tensors-of.ts';
import { type TrainOptions, train } from './train.ts';
import type { TrainedProblem } from './training-steps.ts';

/** Trains the toy recipe without stages; tests change its parts and settings. */
async function trainToy(
  given: { readonly [section: string]: unknown } = {},
  change: (options: TrainOptions) => Partial<TrainOptions> = () => ({}),
) {
  const config = toyRecipe.config.parse(given) as never as TrainOptions & { readonly [section: string]: unknown };
  const trainDir = join(temporaryFolder(), 'train');
  const context = { seed: config.training.seed, targetDir: '', cacheDir: '', workers: 0, onProgress: () => {} };
  const corpus = await toyRecipe.prepare(config as never, context);
  const encoders = { classes: ['a', 'b'] };
  const task = await toyRecipe.buildTask({ config: config as never, encoders: encoders as never, context });
  const problem = (await toyRecipe.buildProblem({
    config: config as never,
    corpus,
    encoders: encoders as never,
    task: task as never,
    context,
  })) as TrainedProblem;
  const { seen, observer } = witness();
  const options: TrainOptions = {
    problem,
    task,
    training: config.training,
    optimizer: config.optimizer,
    scheduler: config.scheduler,
    evalBatches: -1,
    trainDir,
    origin: { recipe: 'toy', version: '0', engine: toyEngine, corpus: { rows: 1, sha256: '' } },
    config,
    encoders,
    observer: observeAll([observer]),
    communicator: oneProcess,
  };
  await train({ ...options, ...change(options) });
  const weights = Object.values({ ...task.model.state().tensors, ...task.state().tensors }).map((tensor) => [...tensor.dataSync()]);
  return { seen, weights, trainDir, task };
}

describe('train', () => {
  it('takes accumulated batches as one large batch', async () => {
    const settings = { model: { size: 3 }, optimizer: { name: 'SGD', learningRate: 0.5 }, corpus: { rows: 8 } };
    // dropout draws per batch, so without it; 8 rows are one batch of 8 or two of 4
    const still = (options: TrainOptions): Partial<TrainOptions> => ({
      problem: {
        ...options.problem,
        train: {
          ...options.problem.train,
          step: (batch, prepared, mode) => options.problem.train.step(batch, prepared, { ...mode, training: false }),
        },
      },
    });
    const large = await trainToy({ ...settings, trainBatches: { batchSize: 8 }, training: { totalSteps: 4 } }, still);
    const small = await trainToy(
      { ...settings, trainBatches: { batchSize: 4 }, training: { totalSteps: 4, gradientAccumulate: 2 } },
      still,
    );
    large.weights.flat().forEach((weight, index) => void expect(weight).toBeCloseTo(small.weights.flat()[index]!, 5));
  });

  it('warns where the metric that decides is no number', async () => {
    const { seen } = await trainToy({ corpus: { valid: true }, training: { totalSteps: 2, evalStep: 1 } }, ({ problem }) => ({
      problem: { ...problem, valid: { ...problem.valid!, reduce: () => ({ log: { cost: Number.NaN } }) } },
    }));
    const warning = (step: number) => `warning: valid at step ${step}: cost is NaN, which is never better than a number`;
    expect(seen.messages).toEqual([warning(1), warning(2)]);
  });

  it('gives each batch of each step its own chance, and the same in another run', async () => {
    const draws = async () => {
      const drawn: number[] = [];
      await trainToy({ training: { totalSteps: 3, gradientAccumulate: 2, seed: 4 } }, ({ problem }) => ({
        problem: {
          ...problem,
          train: {
            ...problem.train,
            step(batch, prepared, mode) {
              drawn.push(mode.random.uniform());
              return problem.train.step(batch, prepared, mode);
            },
          },
        },
      }));
      return drawn;
    };
    const first = await draws();
    expect(first[3]).toBe(randomStream(4, 'step', 1, 1).uniform());
    expect(new Set(first).size).toBe(6);
    expect(await draws()).toEqual(first);
  });

  it('skips steps whose gradients are not finite, and counts them', async () => {
    const settings = { optimizer: { learningRate: 0.1 }, training: { totalSteps: 3, logStep: 1, saveStep: 1 } };
    const { seen, trainDir } = await trainToy({ ...settings, task: { badBatches: [2] } });
    const [first, second, third] = await Promise.all([1, 2, 3].map((step) => readCheckpoint(join(trainDir, `step_${step}`))));
    expect(second!.files['model.safetensors']).toBe(first!.files['model.safetensors']);
    expect(second!.files['optimizer.safetensors']).toBe(first!.files['optimizer.safetensors']);
    expect(third!.files['model.safetensors']).not.toBe(first!.files['model.safetensors']);
    expect(third!.state.skippedSteps).toBe(1);
    expect(seen.messages).toEqual(['warning: step 2: the gradient norm is NaN, the step is skipped (1 so far)']);
    expect(seen.entries.map(({ log }) => log['skippedSteps'])).toEqual([undefined, 1, 1]);
    expect(seen.entries[1]!.log['gradientNorm']).toBeNaN();
  });

  it('clips the gradients together', async () => {
    const settings = { optimizer: { name: 'SGD', learningRate: 1 } };
    const start = await trainToy({ ...settings, optimizer: { name: 'SGD', learningRate: 0 }, training: { totalSteps: 1 } });
    const moved = await trainToy({ ...settings, training: { totalSteps: 1, logStep: 1, gradientClipping: 0.01 } });
    const distance = Math.hypot(...moved.weights.flat().map((weight, index) => weight - start.weights.flat()[index]!));
    expect(moved.seen.entries[0]!.log['gradientNorm']).toBeGreaterThan(0.1);
    expect(distance).toBeCloseTo(0.01, 5);
  });

  it('follows the schedule', async () => {
    const { seen } = await trainToy({
      optimizer: { learningRate: 0.1 },
      scheduler: { name: 'StepLR', stepSize: 2, gamma: 0.5 },
      training: { totalSteps: 5, logStep: 1 },
    });
    expect(seen.entries.map(({ log }) => log['learningRate'])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
  });

  it('lowers the rate when the validation metric stays, and needs one for that', async () => {
    const settings = { optimizer: { learningRate: 0 }, scheduler: { name: 'ReduceLROnPlateau', patience: 0, factor: 0.5, minChange: 0 } };
    const { seen } = await trainToy({
      ...settings,
      optimizer: { learningRate: 1e-12 },
      corpus: { valid: true },
      training: { totalSteps: 4, logStep: 1, evalStep: 1 },
    });
    const rates = seen.entries.filter(({ split }) => split === 'train').map(({ log }) => log['learningRate']);
    expect(rates).toEqual([1e-12, 1e-12, 5e-13, 2.5e-13]);
    await expect(trainToy(settings)).rejects.toThrow(/Set training\.evalStep/);
    await expect(trainToy({ training: { evalStep: 2 } })).rejects.toThrow(/there is no validation set/);
  });

  it('saves the best on the validation set by the metric asked for', async () => {
    const settings = { corpus: { valid: true }, training: { totalSteps: 4, evalStep: 1, validMetric: 'errors', validOrder: 'max' } };
    const { seen, trainDir } = await trainToy(settings);
    const errors = seen.entries.filter(({ split }) => split === 'valid').map(({ log }) => log['errors']!);
    const { state } = await readCheckpoint(join(trainDir, 'valid_best'));
    // strictly better, so the first of equals
    expect(state.best).toEqual({ metric: 'errors', value: Math.max(...errors), step: errors.indexOf(Math.max(...errors)) + 1 });
    const unknown = { ...settings, training: { ...settings.training, validMetric: 'eer' } };
    await expect(trainToy(unknown)).rejects.toThrow(/gives cost, errors, but training\.validMetric is eer/);
  });

  it('keeps no tensor over fifty steps', async () => {
    const counts: number[] = [];
    await trainToy({ training: { totalSteps: 50, saveStep: 20, logStep: 7, gradientAccumulate: 2 } }, ({ observer }) => ({
      observer: { ...observer, progress: () => void counts.push(tf.memory().numTensors) },
    }));
    // the batch read ahead and its preparation come and go
    expect(Math.max(...counts.slice(2)) - Math.min(...counts.slice(2, 4))).toBeLessThanOrEqual(4);
    expect(counts.slice(2, -2)).toEqual(counts.slice(2, -2).fill(counts[2]!));
  });

  it('evaluates at the end of epochs of any length, and goes on in the middle of one', async () => {
    const training = { totalSteps: 9, saveStep: 9, evalEachEpoch: true };
    // epochs of 3, 5, 3, 5 batches
    const uneven = ({ problem }: TrainOptions): Partial<TrainOptions> => {
      const { batches } = problem.train;
      const epoch = async function* (number: number, start = 0) {
        const all = [batches.epoch(number), ...(number % 2 === 1 ? [batches.epoch(number + 100)] : [])];
        let index = 0;
        for (const part of all) {
          for await (const batch of part) {
            if (index === 5) return void disposeTensors(batch);
            if (index++ < start) disposeTensors(batch);
            else yield batch;
          }
        }
      };
      return { problem: { ...problem, train: { ...problem.train, batches: { ...batches, epoch } } } };
    };
    const settings = { corpus: { valid: true }, scheduler: { name: 'ReduceLROnPlateau', patience: 0 }, training };
    const whole = await trainToy(settings, uneven);
    const evaluated = ({ seen }: typeof whole) => seen.entries.flatMap(({ split, step }) => (split === 'valid' ? [step] : []));
    expect(evaluated(whole)).toEqual([3, 8, 9]);
    const everyOther = await trainToy({ ...settings, training: { ...training, gradientAccumulate: 2 } }, uneven);
    expect(evaluated(everyOther)).toEqual([2, 4, 6, 8, 9]);

    for (const stopAt of [3, 7, 8]) {
      const stopping = new AbortController();
      let trainDir = '';
      const stopped = trainToy(settings, (options) => {
        trainDir = options.trainDir;
        const progress: typeof options.observer.progress = ({ label, done }) =>
          void (label === 'train' && done === stopAt && stopping.abort());
        return { ...uneven(options), signal: stopping.signal, observer: { ...options.observer, progress } };
      });
      await expect(stopped).rejects.toThrow(InterruptedError);
      const from = await readCheckpoint(join(trainDir, `step_${stopAt}`));
      const resumed = await trainToy(settings, (options) => ({ ...uneven(options), trainDir, from }));
      expect(resumed.weights, `stopped at step ${stopAt}`).toEqual(whole.weights);
      expect(evaluated(resumed)).toEqual(evaluated(whole).filter((step) => step >= stopAt));
    }
  });

  it('refuses an empty training set', async () => {
    await expect(trainToy({ corpus: { rows: 0 } })).rejects.toThrow(/the training set: found no batches/);
  });

  it('leaves no half checkpoint when saving fails', async () => {
    const failing = ({ task }: TrainOptions): Partial<TrainOptions> => ({
      task: {
        ...task,
        state: () => ({ ...task.state(), tensors: { ...task.state().tensors, text: tf.tensor1d(['no', 'number']) } }),
      },
    });
    let trainDir = '';
    const trained = trainToy({ training: { totalSteps: 1 } }, (options) => {
      trainDir = options.trainDir;
      return failing(options);
    });
    await expect(trained).rejects.toThrow(/string cannot be saved/);
    expect(existsSync(join(trainDir, 'step_1'))).toBe(false);
    expect(readdirSync(trainDir)).toEqual([]);
  });
});
