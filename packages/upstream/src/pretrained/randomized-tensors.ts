import { randomStream } from '@s3/interface';
import type { StoredTensor } from './tensor-files/stored-tensor.ts';
import { isStatistic } from './trained-weights.ts';

/**
 * The tensors of a checkpoint with values drawn anew, each a function of seed and name alone: what the architecture gives without its training.
 *
 * Matrices and kernels come from Xavier's normal distribution, vectors from a normal one with the mean and deviation of the
 * stored values, as with S3PRL's `randomize`; the statistics of a batch norm stay as they are, and so does a single number, where S3PRL makes NaN of it.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 */
export function randomizedTensors(stored: ReadonlyMap<string, StoredTensor>, seed: number): ReadonlyMap<string, StoredTensor> {
  return new Map(
    [...stored].map(([name, { shape, read }]) => [
      name,
      {
        shape,
        read: async () => {
          const values = await read();
          if (isStatistic(name)) return values;
          const { mean, deviation } = shape.length < 2 ? spreadOf(values) : { mean: 0, deviation: xavierDeviation(shape) };
          const random = randomStream(seed, 'randomized upstream', name);
          return values.map(() => mean + deviation * random.normal());
        },
      },
    ]),
  );
}

function xavierDeviation([outputs = 1, inputs = 1, ...kernel]: readonly number[]): number {
  return Math.sqrt(2 / ((inputs + outputs) * kernel.reduce((product, axis) => product * axis, 1)));
}

function spreadOf(values: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
