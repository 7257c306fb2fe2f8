import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { recurrentKernel } from './recurrent-kernel.ts';

const kernels = ['S3RecurrentForward', 'S3RecurrentBackward'];
// the engine of a GPU has them, and the tests of recurrence compare what they compute
const stock = kernels.map((name) => tf.getKernel(name, tf.getBackend()));

afterEach(() => {
  kernels.forEach((name, index) => {
    tf.unregisterKernel(name, tf.getBackend());
    if (stock[index]) tf.registerKernel(stock[index]);
  });
});

/** Stands in for the engine's kernels: says what it was given, and gives the derivative by each weight its place. */
function pretend(outputs: number): { packed: number[]; attributes: unknown; lengths: number[] } {
  const seen = { packed: [] as number[], attributes: undefined as unknown, lengths: [] as number[] };
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (tf.getKernel(kernelName, tf.getBackend())) tf.unregisterKernel(kernelName, tf.getBackend());
    tf.registerKernel({ kernelName, backendName: tf.getBackend(), kernelFunc });
  };
  register(kernels[0]!, ({ inputs, attrs }) => {
    const { values, weights, lengths } = inputs as { [name: string]: tf.Tensor };
    Object.assign(seen, { packed: [...weights!.dataSync()], attributes: attrs, lengths: [...lengths!.dataSync()] });
    const [batch, steps] = values!.shape as [number, number];
    return [tf.ones([batch, steps, outputs]), ...Array.from({ length: 4 }, () => tf.zeros([1]))];
  });
  register(kernels[1]!, ({ inputs }) => {
    const { values, weights } = inputs as { [name: string]: tf.Tensor };
    return [tf.mul(values!, 3), tf.range(0, weights!.size)];
  });
  return seen;
}

/** Weights of one direction that count on from a number. */
function direction(from: number) {
  const counted = (shape: number[], start: number) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    return tf.tidy(() => tf.reshape(tf.range(start, start + size), shape));
  };
  return {
    inputWeight: counted([4, 3], from) as tf.Tensor2D,
    hiddenWeight: counted([4, 1], from + 12) as tf.Tensor2D,
    inputBias: counted([4], from + 100) as tf.Tensor1D,
    hiddenBias: counted([4], from + 104) as tf.Tensor1D,
  };
}

test('weights are packed as cuDNN has them, and their derivatives come back to each', () => {
  const seen = pretend(2);
  const before = tf.memory().numTensors;
  const [forwards, backwards] = [direction(0), direction(16)];
  const values = tf.ones<tf.Rank.R3>([2, 5, 3]);
  const order = ['inputWeight', 'hiddenWeight', 'inputBias', 'hiddenBias'] as const;
  const weights = [forwards, backwards].flatMap((of) => order.map((name) => of[name] as tf.Tensor));
  const [byValues, ...byWeights] = tf.grads((...given) => {
    const of = (start: number) =>
      Object.fromEntries(order.map((name, index) => [name, given[start + index]])) as unknown as typeof forwards;
    return recurrentKernel(given[0] as tf.Tensor3D, [5, 2], 'LSTM', [of(1), of(5)]);
  })([values, ...weights]);
  expect(seen.attributes).toEqual({ kind: 'LSTM', hiddenSize: 1, bidirectional: true });
  expect(seen.lengths).toEqual([5, 2]);
  // both weights of each direction, then both biases of each
  const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  expect(seen.packed).toEqual([...count(0, 32), ...count(100, 108), ...count(116, 124)]);
  const places = byWeights.map((tensor) => [...tensor.dataSync()]);
  expect(places).toEqual(
    [
      [0, 12],
      [12, 16],
      [32, 36],
      [36, 40],
      [16, 28],
      [28, 32],
      [40, 44],
      [44, 48],
    ].map(([from, to]) => count(from!, to!)),
  );
  byWeights.forEach((tensor, index) => void expect(tensor.shape).toEqual(weights[index]!.shape));
  expect([...byValues!.dataSync()].every((value) => value === 3)).toBe(true);
  tf.dispose([values, weights, byValues!, byWeights]);
  expect(tf.memory().numTensors).toBe(before);
});

test('one direction alone is one', () => {
  const seen = pretend(1);
  const weights = direction(0);
  const outputs = recurrentKernel(tf.ones([1, 2, 3]), [2], 'GRU', [weights]);
  expect(outputs.shape).toEqual([1, 2, 1]);
  expect(seen.attributes).toEqual({ kind: 'GRU', hiddenSize: 1, bidirectional: false });
});
