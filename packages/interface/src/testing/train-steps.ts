import * as tf from '@tensorflow/tfjs-core';
import type { Mode } from '../model.ts';
import { randomStream } from '../random.ts';
import type { AnyTask, Log, PhaseRun } from '../task.ts';

/** Batches of a phase with the frozen part done, so that steps alone can be repeated. */
export interface Prepared {
  readonly batch: unknown;
  readonly prepared: unknown;
}

export async function prepareBatches(run: PhaseRun<Log>, count: number): Promise<Prepared[]> {
  const taken: Prepared[] = [];
  for (let epoch = 0; taken.length < count; epoch++) {
    for await (const batch of run.batches.epoch(epoch)) {
      taken.push({ batch, prepared: await run.prepare(batch as never) });
      if (taken.length === count) break;
    }
  }
  return taken;
}

/** Plain gradient descent, enough to see that a task learns; returns the loss of each step. */
export async function trainSteps(
  task: AnyTask,
  run: PhaseRun<Log>,
  batches: readonly Prepared[],
  { steps, from = 0, learningRate }: { readonly steps: number; readonly from?: number; readonly learningRate: number },
): Promise<number[]> {
  const trainable = [...task.model.trainable, ...task.trainable];
  const losses: number[] = [];
  for (let step = from; step < from + steps; step++) {
    const { batch, prepared } = batches[step % batches.length]!;
    const mode: Mode = { training: true, random: randomStream('train steps', step) };
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => run.step(batch as never, prepared as never, mode)['loss'] as tf.Scalar, trainable);
      for (const variable of trainable) {
        const gradient = grads[variable.name];
        if (gradient) variable.assign(tf.sub(variable, tf.mul(gradient, learningRate)));
      }
      return value;
    });
    // read later rather than at once: a slow GPU would keep the thread from the test runner
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  return losses;
}
