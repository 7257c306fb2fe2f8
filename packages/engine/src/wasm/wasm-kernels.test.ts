import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { randomStream } from '@s3/interface';
import { normalTensor } from '@s3/interface/tensors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectEngine } from '../select-engine.ts';

const before = tf.getBackend();
beforeAll(() => selectEngine('wasm'));
afterAll(() => tf.setBackend(before));

const random = randomStream('wasm kernels');
const normal = (shape: number[]) => normalTensor(shape, 1, random).arraySync();

/** The same computation on both engines; fails where wasm differs from plain JavaScript or leaves tensors behind. */
async function expectSame(compute: () => tf.Tensor | tf.Tensor[]): Promise<void> {
  const run = async (backend: string) => {
    await tf.setBackend(backend);
    const tensorsBefore = tf.memory().numTensors;
    const results = tf.tidy(compute);
    const list = Array.isArray(results) ? results : [results];
    const values = list.map((result) => ({ shape: result.shape, values: [...result.dataSync()] }));
    tf.dispose(results);
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    return values;
  };
  const [wasm, cpu] = [await run('wasm'), await run('cpu')];
  await tf.setBackend('wasm');
  expect(wasm.map(({ shape }) => shape)).toEqual(cpu.map(({ shape }) => shape));
  for (const [index, { values }] of wasm.entries()) {
    for (const [at, value] of values.entries()) {
      const expected = cpu[index]!.values[at]!;
      // relative, since float32 sums come in another order
      expect(Math.abs(value - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    }
  }
}

describe('BatchMatMul', () => {
  const cases: [number[], number[], boolean, boolean][] = [
    [[3, 5], [5, 7], false, false],
    [[5, 3], [5, 7], true, false],
    [[3, 5], [7, 5], false, true],
    [[5, 3], [7, 5], true, true],
    [[4, 3, 5], [4, 5, 7], false, false],
    [[4, 5, 3], [4, 7, 5], true, true],
    [[1, 3, 5], [4, 5, 7], false, false],
    [[4, 3, 5], [1, 7, 5], false, true],
    [[2, 1, 3, 5], [2, 4, 5, 7], false, false],
    [[2, 3, 1, 5], [2, 3, 5, 1], false, false],
    [[1, 1], [1, 1], true, true],
  ];
  test.each(cases)('%j x %j, transposed %s %s', async (shapeA, shapeB, transposeA, transposeB) => {
    const [a, b] = [normal(shapeA), normal(shapeB)];
    await expectSame(() => tf.matMul(tf.tensor(a as never), tf.tensor(b as never), transposeA, transposeB));
  });

  test('gradient of both sides, with a batch', async () => {
    const [a, b] = [normal([3, 4, 5]), normal([3, 6, 5])];
    const product = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(tf.matMul(x, y, false, true)));
    await expectSame(() => tf.grads(product as never)([tf.tensor(a as never), tf.tensor(b as never)]));
  });
});

describe('Conv2DBackpropFilter', () => {
  const cases: [number[], [number, number, number, number], number | [number, number], 'same' | 'valid' | number][] = [
    [[2, 7, 5, 3], [3, 3, 3, 4], 1, 'same'],
    [[2, 7, 5, 3], [3, 2, 3, 4], 2, 'valid'],
    [[1, 9, 1, 2], [5, 1, 2, 3], [2, 1], 'same'],
    [[1, 4, 4, 1], [4, 4, 1, 1], 1, 'valid'],
    [[1, 6, 6, 2], [3, 3, 2, 2], 3, 1],
  ];
  test.each(cases)('input %j, filter %j, stride %j, padding %s', async (shape, filterShape, stride, padding) => {
    const [x, filter] = [normal(shape), normal(filterShape)];
    const loss = (weights: tf.Tensor) => tf.sum(tf.square(tf.conv2d(tf.tensor4d(x as never), weights as tf.Tensor4D, stride, padding)));
    await expectSame(() => tf.grad(loss)(tf.tensor4d(filter as never)));
  });
});

describe('UnsortedSegmentSum', () => {
  test('sums rows, leaves out negative segments', async () => {
    const values = normal([5, 2, 3]);
    await expectSame(() => tf.unsortedSegmentSum(tf.tensor3d(values as never), tf.tensor1d([2, 0, 2, 1, 0], 'int32'), 4));
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([0, -1, 0], 'int32'), 2);
    expect([...sums.dataSync()]).toEqual([5, 0]);
    sums.dispose();
  });

  test('is the gradient of gather', async () => {
    const table = normal([4, 3]);
    const loss = (x: tf.Tensor) => tf.sum(tf.square(tf.gather(x, tf.tensor1d([3, 3, 0], 'int32'))));
    await expectSame(() => tf.grad(loss)(tf.tensor2d(table as never)));
  });
});
