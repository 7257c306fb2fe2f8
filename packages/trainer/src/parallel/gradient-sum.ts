import type { Communicator } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedGradients } from '../optimizers/optimizer.ts';
import { disposeTensors } from '../training/tensors-of.ts';

/** Gradients and a few numbers, added up over all processes. */
export interface Summed {
  readonly gradients: NamedGradients;
  readonly numbers: readonly number[];
}

/** Adds up over all processes: the gradients given are disposed, those returned belong to the caller; numbers go in single precision. */
export type GradientSum = (gradients: NamedGradients, numbers: readonly number[]) => Promise<Summed>;

/**
 * Adds up the gradients of all processes, those of a step in one call.
 *
 * A weight that has no gradient in any process has none in the sum.
 *
 * @param weights all weights, in the same order in every process
 */
export function gradientSum(communicator: Communicator, weights: ReadonlyMap<string, tf.Variable>): GradientSum {
  if (communicator.size === 1) return async (gradients, numbers) => ({ gradients, numbers });
  const places = placesOf(weights);
  const total = [...weights.values()].reduce((sum, { size }) => sum + size, 0);
  let kept: Float32Array | undefined;

  return async (gradients, numbers) => {
    const length = total + weights.size + numbers.length;
    // shared memory, so that a communicator in another thread need not copy it; kept, since new memory costs as much as the copy
    if (kept?.length !== length) kept = new Float32Array(new SharedArrayBuffer(4 * length));
    const buffer = kept;
    const found = buffer.subarray(total, total + weights.size);
    const extras = buffer.subarray(total + weights.size);
    await Promise.all(
      places.map(async ({ name, start, weight }, index) => {
        const gradient = gradients.get(name);
        found[index] = gradient ? 1 : 0;
        if (gradient) buffer.set((await gradient.data()) as Float32Array, start);
        else buffer.fill(0, start, start + weight.size);
      }),
    );
    disposeTensors([...gradients.values()]);
    extras.set(numbers);
    await communicator.sum(buffer);
    const summed = places.flatMap(({ name, start, weight }, index) => {
      if (found[index] === 0) return [];
      // a copy: an engine may keep the array
      return [[name, tf.tensor(buffer.slice(start, start + weight.size), weight.shape, 'float32')] as const];
    });
    return { gradients: new Map(summed), numbers: [...extras] };
  };
}

function placesOf(weights: ReadonlyMap<string, tf.Variable>) {
  let next = 0;
  return [...weights].map(([name, weight]) => {
    const start = next;
    next += weight.size;
    return { name, weight, start };
  });
}
