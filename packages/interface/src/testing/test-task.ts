import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { inference } from '../model.ts';
import type { AnyTask, Log, PhaseRun } from '../task.ts';
import { expectGradients, expectNoLeak, expectStateRoundTrip, stateValues } from './expectations.ts';
import { judgeRun } from './judge-run.ts';
import { waveformsOf } from './toy-sequences.ts';
import { prepareBatches, trainSteps } from './train-steps.ts';

/**
 * What every task must do, as vitest tests; call it inside a `describe`.
 */
export function testTask({
  build,
  learningRate,
  steps = 30,
  metrics,
  sampleRate = 16_000,
}: {
  /** makes the task and its data, the same weights and batches each time; two short utterances are enough */
  readonly build: () => ToyProblem | Promise<ToyProblem>;
  /** of the plain gradient descent that has to overfit the data */
  readonly learningRate: number;
  /** of that descent */
  readonly steps?: number;
  /** names that `test` must report */
  readonly metrics: readonly string[];
  /** Hz of the waveforms that `predict` takes */
  readonly sampleRate?: number;
}): void {
  test('every trainable weight gets a gradient', async () => {
    const { task, train } = await build();
    const [first] = await prepareBatches(train, 1);
    expectGradients(
      { trainable: [...task.model.trainable, ...task.trainable] },
      () => train.step(first!.batch as never, first!.prepared as never, { ...inference, training: true })['loss'] as tf.Scalar,
    );
  });

  test('overfits a batch', async () => {
    const { task, train } = await build();
    const losses = await trainSteps(task, train, await prepareBatches(train, 1), { steps, learningRate });
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
  });

  test('steps leave no tensors behind', async () => {
    const { task, train } = await build();
    const batches = await prepareBatches(train, 1);
    await expectNoLeak(async () => void (await trainSteps(task, train, batches, { steps: 1, learningRate })));
  });

  test('continues from its state as if never stopped', async () => {
    const straight = await build();
    const batches = await prepareBatches(straight.train, 2);
    await trainSteps(straight.task, straight.train, batches, { steps: 4, learningRate });

    const stopped = await build();
    await trainSteps(stopped.task, stopped.train, batches, { steps: 2, learningRate });
    const resumed = await build();
    expectStateRoundTrip(stopped.task, resumed.task);
    expectStateRoundTrip(stopped.task.model, resumed.task.model);
    await trainSteps(resumed.task, resumed.train, batches, { steps: 2, from: 2, learningRate });

    expect(stateValues(resumed.task.model)).toEqual(stateValues(straight.task.model));
    expect(stateValues(resumed.task)).toEqual(stateValues(straight.task));
  });

  test('reports its metrics, the same each time', async () => {
    const { test: phase } = await build();
    const [first, second] = [await judgeRun(phase), await judgeRun(phase)];
    for (const metric of metrics) expect(first.log[metric], metric).toSatisfy(Number.isFinite);
    expect(second.log).toEqual(first.log);
  });

  test('predicts one thing for each waveform, and keeps no tensors', async () => {
    const { task } = await build();
    const waveforms = waveformsOf([sampleRate, sampleRate / 2]);
    expect(await task.predict(waveforms)).toHaveLength(2);
    await expectNoLeak(async () => void (await task.predict(waveforms)));
  });
}

export interface ToyProblem {
  readonly task: AnyTask;
  readonly train: PhaseRun<Log>;
  readonly test: PhaseRun<Log>;
}
