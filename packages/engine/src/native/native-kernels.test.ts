import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame as expectSameOn, normal } from '../fixtures/expect-same.ts';
import { adamUpdate } from '../install/composed-adam.ts';
import { bestOfRows } from '../install/composed-best.ts';
import { lstmGradients } from '../install/composed-lstm.ts';
import { selectEngine } from '../select-engine.ts';
import type { NativeBackend } from './native-backend.ts';

const before = tf.getBackend();
const isThere = await selectEngine('native').then(
  () => true,
  () => false,
);
await tf.setBackend(before);
afterAll(() => tf.setBackend(before));

const expectSame = (compute: () => tf.Tensor | tf.Tensor[]) => expectSameOn('tensorflow', compute);

describe.skipIf(!isThere)(`native kernels${isThere ? '' : ' (skipped: no native engine here, see `s3 engine install`)'}`, () => {
  beforeAll(() => tf.setBackend('tensorflow'));

  const cases: [number[], number[], boolean, boolean][] = [
    [[3, 5], [5, 7], false, false],
    [[5, 3], [5, 7], true, false],
    [[3, 5], [7, 5], false, true],
    [[5, 3], [7, 5], true, true],
    [[1, 1], [1, 1], true, true],
    [[0, 5], [5, 7], false, false],
    [[4, 3, 5], [4, 5, 7], false, false],
    [[2, 4, 3, 5], [2, 4, 7, 5], false, true],
  ];
  test.each(cases)('product of %j and %j, transposed %s %s', async (shapeA, shapeB, transposeA, transposeB) => {
    const [a, b] = [normal(shapeA), normal(shapeB)];
    await expectSame(() => tf.matMul(tf.tensor(a, shapeA), tf.tensor(b, shapeB), transposeA, transposeB));
    const product = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(tf.matMul(x, y, transposeA, transposeB)));
    await expectSame(() => tf.grads(product as never)([tf.tensor(a, shapeA), tf.tensor(b, shapeB)]));
  });

  test('a product of float matrices is one MatMul', () => {
    const backend = tf.backend() as NativeBackend;
    const asked: string[] = [];
    const execute = backend.executeSingleOutput;
    const listening: NativeBackend['executeSingleOutput'] = (name, ...rest) => {
      asked.push(name);
      return execute.call(backend, name, ...rest);
    };
    Object.assign(backend, { executeSingleOutput: listening });
    tf.tidy(() => void tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])));
    Object.assign(backend, { executeSingleOutput: execute });
    expect(asked).toContain('MatMul');
    expect(asked).not.toContain('BatchMatMulV2');
  });

  test.each([
    ['ReLU', tf.relu],
    ['sigmoid', tf.sigmoid],
    ['tanh', tf.tanh],
  ] as const)('gradient of %s, once and twice', async (_, activation) => {
    const x = normal([3, 5, 7]);
    const loss = (y: tf.Tensor) => tf.sum(tf.square(activation(y)));
    await expectSame(() => tf.grad(loss)(tf.tensor(x)));
    await expectSame(() => tf.grad((y: tf.Tensor) => tf.sum(tf.grad(loss)(y)))(tf.tensor(x)));
    await expectSame(() => tf.grad((y: tf.Tensor) => tf.sum(activation(tf.cast(y, 'float32'))))(tf.tensor(x)));
  });

  test.each([
    ['S3ReluGrad', (_dy: number, y: number) => [y > 0 ? 1 : 0, 0]],
    ['S3SigmoidGrad', (dy: number, y: number) => [y * (1 - y), dy * (1 - 2 * y)]],
    ['S3TanhGrad', (dy: number, y: number) => [1 - y * y, -2 * dy * y]],
  ] as const)('%s has a gradient by both of its inputs', (kernel, slopes) => {
    const [dy, y] = [tf.tensor1d([1, -2, 0.5]), tf.tensor1d([0.25, -0.5, 0.75])];
    const gradients = tf.grads((one, other) => tf.engine().runKernel(kernel, { dy: one!, y: other! }))([dy, y]);
    const expected = [0, 1, 2].map((index) => slopes(dy.dataSync()[index]!, y.dataSync()[index]!));
    for (const [which, gradient] of gradients.entries()) {
      [...gradient.dataSync()].forEach((value, index) => void expect(value).toBeCloseTo(expected[index]![which]!, 5));
    }
    tf.dispose([dy, y, gradients]);
  });

  test('a cast or a reshape that changes nothing shares the values, until the last of them is disposed', () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor2d([[1, 2, 3]]);
    const same = [tf.cast(x, 'float32'), tf.reshape(x, [1, 3]), tf.reshape(x, [-1, 3])];
    const changed = [tf.cast(x, 'int32'), tf.reshape(x, [3, 1]), tf.reshape(x, [-1])];
    x.dispose();
    for (const [index, tensor] of [...same, ...changed].entries()) {
      expect([...tensor.dataSync()]).toEqual([1, 2, 3]);
      expect(tensor.shape).toEqual([[1, 3], [1, 3], [1, 3], [1, 3], [3, 1], [3]][index]);
      tensor.dispose();
    }
    expect(changed[0]!.dtype).toBe('int32');
    expect(tf.memory().numTensors).toBe(before);
  });

  // odd sizes: one row, one step, sizes beside the processor's vectors, more rows than are multiplied at once
  test.skipIf(!isThere || !tf.getKernel('S3LstmForward', 'tensorflow')).each([
    [[1], 1],
    [[1], 3],
    [[5, 2, 0], 7],
    [[3], 33],
    [[4, 4, 1, 4, 2, 4, 4, 3, 4, 4, 4], 40],
    [[6, 5, 4, 3, 2, 1, 6, 6], 130],
  ])('LSTM of lengths %j, %i hidden, with its gradients', async (lengths, size) => {
    const [steps, batch] = [Math.max(...lengths), lengths.length];
    const scale = 1 / Math.sqrt(size);
    const [projected, bias, weight] = [normal([batch, steps, 4 * size]), normal([4 * size]), normal([4 * size, size])];
    for (const reverse of [false, true]) {
      await expectSame(() =>
        lstmGradients(tf.tensor3d(projected), tf.tensor1d(bias), tf.mul(tf.tensor2d(weight), scale), lengths, reverse),
      );
    }
  });

  test.skipIf(!isThere || !tf.getKernel('S3LstmForward', 'tensorflow'))('an LSTM of the wrong shapes is refused', () => {
    const [projected, bias, weight, lengths] = [tf.zeros([2, 3, 8]), tf.zeros([8]), tf.zeros([8, 3]), tf.tensor1d([3, 3], 'int32')];
    expect(() => tf.engine().runKernel('S3LstmForward', { projected, bias, weight, lengths })).toThrow(/shapes do not fit/);
    tf.dispose([projected, bias, weight, lengths]);
  });

  // the last is so large that threads share it
  test
    .skipIf(!isThere || !tf.getKernel('S3Adam', 'tensorflow'))
    .each([[[]], [[1]], [[0, 3]], [[16]], [[5, 7]], [[3, 2, 33]], [[1_000_003]]])('an update by Adam of a weight %j', async (shape) => {
    const of = (period: number) => {
      const count = shape.reduce((product, extent) => product * extent, 1);
      return tf.reshape(tf.sub(tf.mod(tf.range(0, count), period), period / 2), shape);
    };
    const factors = [0.5, 0.01, 0.999, 0.9, 0.1, 0.999, 0.001, 0.01, 1e-3];
    await expectSame(() => adamUpdate(of(13), of(17), of(19), tf.square(of(23)), factors));
  });

  // the last is so large that threads share it
  test.skipIf(!isThere || !tf.getKernel('S3Best', 'tensorflow')).each([
    [1, 1, 1],
    [3, 17, 17],
    [0, 5, 2],
    [211, 5003, 40],
  ])('moments of the highest of %i rows of %i values: %i', async (rows, size, count) => {
    const values = tf.tidy(() => tf.reshape(tf.mod(tf.mul(tf.range(0, rows * size), 7.3), 101), [rows, size]).dataSync());
    await expectSame(() => bestOfRows(tf.tensor2d(values as Float32Array, [rows, size]), count));
  });

  test('half the sum of squares', async () => {
    const x = normal([5, 7]);
    const kernel = (y: tf.Tensor) =>
      tf.getBackend() === 'tensorflow' ? tf.engine().runKernel('S3HalfOfSquares', { x: y }) : tf.mul(tf.sum(tf.square(y)), 0.5);
    await expectSame(() => kernel(tf.tensor2d(x)) as tf.Tensor);
  });

  test('a training keeps its number of tensors, and tensors are of this copy of TensorFlow.js', () => {
    const weight = tf.variable(tf.ones([4, 3]));
    const step = () => {
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.relu(tf.matMul(tf.ones([2, 4]), weight))) as tf.Scalar,
        [weight as tf.Variable],
      );
      tf.tidy(() => weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 0.01)) as never));
      expect(value).toBeInstanceOf(tf.Tensor);
      tf.dispose([value, grads] as never);
      return { ...tf.memory() };
    };
    const first = step();
    for (let more = 0; more < 20; more++) step();
    expect(step()).toMatchObject({ numTensors: first.numTensors, numDataBuffers: first.numDataBuffers });
    weight.dispose();
  });
});
