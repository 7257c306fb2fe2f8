import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame as expectSameOn, normal } from '../fixtures/expect-same.ts';
import { selectEngine } from '../select-engine.ts';
import type { WasmBackend } from './wasm-backend.ts';

const before = tf.getBackend();
beforeAll(() => selectEngine('wasm'));
afterAll(() => tf.setBackend(before));

const expectSame = (compute: () => tf.Tensor | tf.Tensor[], tolerance?: number) => expectSameOn('wasm', compute, tolerance);

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
    [[2, 3, 1, 5], [2, 3, 5, 1], false, false],
    [[1, 1], [1, 1], true, true],
  ];
  test.each(cases)('%j x %j, transposed %s %s', async (shapeA, shapeB, transposeA, transposeB) => {
    const [a, b] = [normal(shapeA), normal(shapeB)];
    await expectSame(() => tf.matMul(tf.tensor(a), tf.tensor(b), transposeA, transposeB));
  });

  test('both sides broadcast, along different axes', async () => {
    const [a, b] = [tf.tensor(normal([2, 1, 3, 5])), tf.tensor(normal([4, 5, 7]))];
    const product = tf.matMul(a, b);
    const tiled = tf.matMul(tf.tile(a, [1, 4, 1, 1]), tf.tile(tf.reshape(b, [1, 4, 5, 7]), [2, 1, 1, 1]));
    expect(product.shape).toEqual([2, 4, 3, 7]);
    expect([...product.dataSync()]).toEqual([...tiled.dataSync()]);
    tf.dispose([a, b, product, tiled]);
  });

  // wide enough to be turned around
  test.each([false, true])('a weight gradient whose input is wider than its output, transposed %s', async (transposeB) => {
    const [a, b] = [normal([1009, 3]), normal(transposeB ? [1003, 1009] : [1009, 1003])];
    await expectSame(() => tf.matMul(tf.tensor(a), tf.tensor(b), true, transposeB));
  });

  test('gradient of both sides, with a batch', async () => {
    const [a, b] = [normal([3, 4, 5]), normal([3, 6, 5])];
    const product = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(tf.matMul(x, y, false, true)));
    await expectSame(() => tf.grads(product)([tf.tensor(a), tf.tensor(b)]));
  });
});

describe('Conv2D', () => {
  // large over the width and over the height, the last frames left over; then those that stay with the backend
  const cases: [number[], [number, number, number, number], number | [number, number], 'same' | 'valid'][] = [
    [[2, 1, 1201, 40], [1, 3, 40, 65], [1, 2], 'valid'],
    [[3, 803, 1, 33], [10, 1, 33, 97], [5, 1], 'valid'],
    [[1, 1, 700, 100], [1, 1, 100, 70], 1, 'valid'],
    [[1, 1, 1900, 100], [1, 2, 100, 70], [1, 3], 'valid'],
    [[1, 1, 900, 40], [1, 4, 40, 65], 1, 'same'],
    [[1, 30, 30, 40], [3, 3, 40, 33], 1, 'valid'],
  ];
  test.each(cases)('of %j with %j, strides %j, %s', async (shape, filterShape, stride, padding) => {
    const [x, filter] = [normal(shape), normal(filterShape)];
    await expectSame(() => tf.conv2d(tf.tensor4d(x), tf.tensor4d(filter), stride, padding));
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
    const loss = (weights: tf.Tensor) => tf.sum(tf.square(tf.conv2d(tf.tensor4d(x), weights as tf.Tensor4D, stride, padding)));
    await expectSame(() => tf.grad(loss)(tf.tensor4d(filter)));
  });
});

describe('Tile', () => {
  const cases: [number[], number[]][] = [
    [
      [1, 5],
      [7, 1],
    ],
    [
      [4, 1, 3],
      [1, 6, 1],
    ],
    [
      [5, 1],
      [1, 9],
    ],
    [
      [2, 3, 2],
      [3, 1, 2],
    ],
    [[3], [4]],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 0],
      [2, 3],
    ],
  ];
  test.each(cases)('of %j, %j times', async (shape, times) => {
    const x = normal(shape);
    await expectSame(() => tf.tile(tf.tensor(x, shape), times));
    await expectSame(() => tf.tile(tf.cast(tf.tensor(x, shape), 'int32'), times));
  });
});

describe('Sum and Mean', () => {
  const cases: [number[], number | number[] | undefined][] = [
    [[3, 5, 7], 0],
    [[3, 5, 7], 1],
    [[3, 5, 7], -1],
    [
      [3, 5, 7],
      [0, 2],
    ],
    [
      [3, 5, 7],
      [2, 1],
    ],
    [[3, 5, 7], undefined],
    [
      [2, 3, 4, 5],
      [0, 2, 3],
    ],
    [[4], 0],
    [[], undefined],
    [[0, 3], 0],
    [[3, 5], []],
  ];
  test.each(cases)('of %j over %j', async (shape, axis) => {
    const values = normal(shape);
    for (const keepDims of [false, true]) {
      await expectSame(() => tf.sum(tf.tensor(values, shape), axis, keepDims));
      if (!shape.includes(0)) await expectSame(() => tf.mean(tf.tensor(values, shape), axis, keepDims));
    }
  });

  test('a million terms lose no digits', () => {
    const x = tf.fill([1000, 1000], 0.1);
    expect(tf.tidy(() => tf.sum(x).dataSync()[0]!) / 1e6 / Math.fround(0.1)).toBeCloseTo(1, 6);
    expect(tf.tidy(() => tf.mean(tf.reshape(x, [1e6, 1]), 0).dataSync()[0]!) / Math.fround(0.1)).toBeCloseTo(1, 6);
    x.dispose();
  });
});

describe('UnsortedSegmentSum', () => {
  test('sums rows, leaves out negative segments', async () => {
    const values = normal([5, 2, 3]);
    await expectSame(() => tf.unsortedSegmentSum(tf.tensor3d(values), tf.tensor1d([2, 0, 2, 1, 0], 'int32'), 4));
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([0, -1, 0], 'int32'), 2);
    expect([...sums.dataSync()]).toEqual([5, 0]);
    sums.dispose();
  });

  test('is the gradient of gather', async () => {
    const table = normal([4, 3]);
    const loss = (x: tf.Tensor) => tf.sum(tf.square(tf.gather(x, tf.tensor1d([3, 3, 0], 'int32'))));
    await expectSame(() => tf.grad(loss)(tf.tensor2d(table)));
  });
});

describe('GatherV2', () => {
  const cases: [number[], number[], number, number][] = [
    [[4, 3], [5], 0, 0],
    [[3, 4, 2], [2, 3], 1, 0],
    [[3, 5], [3, 2], 1, 1],
    [[3, 5, 7], [3, 2], 1, 1],
    [[3, 2, 5, 3], [3, 4], 2, 1],
    [[3, 2, 5], [3, 2, 4], 2, 2],
    [[2, 3, 5, 2], [2, 3, 1, 4], 2, 2],
    [[3, 5], [3, 2], 1, -1],
    [[1, 5], [1, 3], 1, 1],
    [[3, 5], [3], 1, 1],
    [[3, 5, 0], [3, 2], 1, 1],
    [[4, 0], [3], 0, 0],
  ];
  test.each(cases)('of %j by indices %j along axis %i, %i axes of batches', async (shape, indexShape, axis, batchDims) => {
    const [size, count] = [shape[axis]!, indexShape.reduce((product, extent) => product * extent, 1)];
    // other indices in each batch
    const indices = Array.from({ length: count }, (_, index) => (index * index + 3 * index + 1) % size);
    const x = tf.util.sizeFromShape(shape) === 0 ? [] : [...tf.util.flatten(normal(shape))];
    const taken = (values: tf.Tensor) =>
      tf.gather(values, tf.tensor<tf.Rank>(indices, indexShape, 'int32') as tf.Tensor1D, axis, batchDims);
    await expectSame(() => [
      taken(tf.tensor(x, shape)),
      taken(tf.cast(tf.mul(tf.tensor(x, shape), 10), 'int32')),
      tf.cast(taken(tf.greater(tf.tensor(x, shape), 0)), 'float32'),
    ]);
  });

  test('refuses an index that is outside, and leaves nothing behind', () => {
    const [x, indices] = [tf.ones([2, 3]), tf.tensor2d([[0], [3]], [2, 1], 'int32')];
    const { numDataBuffers } = tf.memory();
    expect(() => tf.gather(x, indices as never, 1, 1)).toThrow('index value 3 is not in [0, 2]');
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    tf.dispose([x, indices]);
  });
});

describe('Slice', () => {
  const cases: [number[], number[], number[]][] = [
    [[7], [2], [3]],
    [
      [5, 40],
      [1, 3],
      [3, 33],
    ],
    [
      [5, 40],
      [2, 0],
      [2, 40],
    ],
    [
      [3, 5, 4],
      [1, 0, 1],
      [2, 5, 2],
    ],
    [
      [3, 5, 4],
      [0, 2, 0],
      [3, 3, 4],
    ],
    [
      [2, 3, 4, 5],
      [1, 1, 0, 2],
      [1, 2, 3, 3],
    ],
    [
      [2, 3, 2, 3, 20],
      [0, 1, 1, 1, 0],
      [2, 2, 1, 2, 19],
    ],
    [
      [4, 3],
      [1, 0],
      [0, 3],
    ],
    [
      [4, 3],
      [1, 1],
      [-1, -1],
    ],
  ];
  test.each(cases)('of %j from %j, %j', async (shape, begin, size) => {
    const x = normal(shape);
    await expectSame(() => [
      tf.slice(tf.tensor(x), begin, size),
      tf.slice(tf.cast(tf.mul(tf.tensor(x), 10), 'int32'), begin, size),
      tf.cast(tf.slice(tf.greater(tf.tensor(x), 0), begin, size), 'float32'),
    ]);
  });

  test('its gradient', async () => {
    const x = normal([4, 6, 5]);
    await expectSame(() => tf.grad((y: tf.Tensor) => tf.sum(tf.square(tf.slice(y, [1, 0, 2], [2, 6, 3]))))(tf.tensor(x)));
  });

  test('as split, the gradient of a concatenation, and unstack', async () => {
    const x = normal([3, 7, 6]);
    await expectSame(() => tf.split(tf.tensor(x), [1, 4, 2], 1));
    await expectSame(() => tf.split(tf.tensor(x), 3, -1));
    await expectSame(() => tf.unstack(tf.tensor(x), 1));
    const [a, b] = [normal([3, 2, 17]), normal([3, 2, 5])];
    const joined = (y: tf.Tensor, z: tf.Tensor) => tf.sum(tf.square(tf.concat([y, z], -1)));
    await expectSame(() => tf.grads(joined as never)([tf.tensor(a), tf.tensor(b)]));
  });
});

describe('Identity', () => {
  test('shares values with its source, each released on its own', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const copy = tf.clone(x);
    const buffers = tf.memory().numDataBuffers;
    x.dispose();
    expect(tf.memory().numDataBuffers).toBe(buffers);
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    copy.dispose();
    expect(tf.memory().numDataBuffers).toBe(buffers - 1);
  });

  test('of a variable keeps the old value when another is assigned', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const before = tf.clone(variable);
    variable.assign(tf.tensor1d([3, 4]));
    expect([...before.dataSync()]).toEqual([1, 2]);
    tf.dispose([before, variable]);
  });
});

describe('memory', () => {
  const room = (values: number) => (tf.backend() as unknown as WasmBackend).makeOutput([values], 'float32');
  const disposed = ({ dataId }: tf.TensorInfo) => tf.backend().disposeData(dataId);

  test('what does not fit is refused, and what is there stays as it is', () => {
    const before = tf.tensor1d([1, 2, 3]);
    const taken: tf.TensorInfo[] = [];
    // beyond what an address can say, of which the backend asks for the rest alone
    expect(() => room(2 ** 30 + 4)).toThrow(/memory of the engine wasm: found no room for a tensor of 4,295 MB in .*batchSize/);
    // address space only: nothing is written, so the system gives no memory for it
    expect(() => {
      for (let count = 0; count < 5; count++) taken.push(room(2 ** 28));
    }).toThrow(/no room for a tensor of 1,074 MB/);
    expect(taken.length).toBeGreaterThan(0);
    for (const info of taken) disposed(info);
    const sum = tf.add(before, before);
    expect([...sum.dataSync()]).toEqual([2, 4, 6]);
    disposed(room(2 ** 28));
    tf.dispose([before, sum]);
  });
});
