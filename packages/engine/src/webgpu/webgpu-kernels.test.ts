import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame as expectSameOn, normal } from '../fixtures/expect-same.ts';
import { isMissing, resolveFromProgram } from '../require-from-program.ts';
import { selectEngine } from '../select-engine.ts';
import { vulkanDrivers } from './vulkan-drivers.ts';

const missing = whatIsMissing();
const before = tf.getBackend();
afterAll(() => tf.setBackend(before));

describe.skipIf(missing)(`webgpu${missing ? ` (skipped: ${missing})` : ''}`, () => {
  beforeAll(() => selectEngine('webgpu'));
  const expectSame = (compute: () => tf.Tensor | tf.Tensor[], tolerance?: number) => expectSameOn('webgpu', compute, tolerance);

  test('says what its adapter is', async () => {
    const { name, library, reason } = await selectEngine('webgpu');
    expect(name).toBe('webgpu');
    const [, kind] = /^tfjs-backend-webgpu 4\.22\.0 on .+, a (hardware|software) adapter$/.exec(library)!;
    expect(reason.includes('software')).toBe(kind === 'software');
    if (kind === 'software') expect((await selectEngine('auto')).name).not.toBe('webgpu');
    await selectEngine('webgpu');
  });

  test('reads at once, and later, and both', async () => {
    const x = tf.tensor2d(normal([40, 60]));
    const product = tf.matMul(x, x, false, true);
    const positive = tf.greater(product, 0);
    const later = tf.sum(product).data();
    const values: Float32Array = product.dataSync<'float32'>();
    expect(Math.fround((await later)[0]!) - values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 1);
    expect([...positive.dataSync()]).toEqual([...values].map((value) => Number(value > 0)));
    expect([...tf.cast(product, 'int32').dataSync()]).toEqual([...values].map((value) => Math.trunc(value) + 0));
    expect(await product.data()).toEqual(values);
    tf.dispose([x, product, positive]);
  });

  // more than a thousand values each: below that TensorFlow.js computes on the CPU
  const [a, b] = [normal([3, 20, 40]), normal([3, 30, 40])];
  const computations: { readonly [name: string]: () => tf.Tensor | tf.Tensor[] } = {
    'batched products, one side transposed': () => tf.matMul(tf.tensor3d(a), tf.tensor3d(b), false, true),
    'gradients of batched products': () =>
      tf.grads((x, y) => tf.sum(tf.square(tf.matMul(x, y, false, true))))([tf.tensor3d(a), tf.tensor3d(b)]),
    'gradients of a convolution': () =>
      tf.grads((x, w) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, [2, 1], 'same'))))([
        tf.reshape(tf.tensor3d(a), [3, 20, 1, 40]),
        tf.reshape(tf.tensor3d(b), [3, 1, 40, 30]),
      ]),
    'gradient of a lookup': () => tf.grad((x) => tf.sum(tf.square(tf.gather(x, tf.tensor1d([0, 2, 2], 'int32')))))(tf.tensor3d(a)),
    'gradient of a rectifier': () => tf.grad((x) => tf.sum(tf.square(tf.relu(x))))(tf.tensor3d(a)),
    'gradients of joined and cut parts': () =>
      tf.grads((x, y) => tf.sum(tf.square(tf.slice(tf.concat([x, y], 1), [0, 7, 3], [3, 33, 20]))))([tf.tensor3d(a), tf.tensor3d(b)]),
    'parts along an axis': () => [...tf.split(tf.tensor3d(a), [1, 4, 15], 1), ...tf.unstack(tf.tensor3d(b))],
    'sums of many': () =>
      [1, 2, 7, 8, 20].map((count) => tf.addN(Array.from({ length: count }, (_, at) => tf.mul(tf.tensor3d(a), at + 1)))),
    'gradient of a softmax': () => tf.grad((x) => tf.sum(tf.square(tf.logSoftmax(x))))(tf.tensor3d(a)),
    'moments and running sums': () => {
      const { mean, variance } = tf.moments(tf.tensor3d(a), [1]);
      return [mean, variance, tf.cumsum(tf.tensor3d(a), 1), tf.max(tf.tensor3d(a), -1), tf.argMax(tf.tensor3d(a), -1)];
    },
    'choices by a condition': () => tf.where(tf.greater(tf.tensor3d(a), 0), tf.tensor3d(a), tf.zeros([3, 20, 40])),
  };
  test.each(Object.entries(computations))('%s as in plain JavaScript', (_, compute) => expectSame(compute, 1e-4));

  test('what fails on the GPU fails the next read', async () => {
    const { device } = tf.backend() as unknown as { device: EventTarget };
    const x = tf.add(tf.tensor1d(normal([2000])), 1);
    device.dispatchEvent?.(Object.assign(new Event('uncapturederror'), { error: { message: 'Out of memory\nmore' } }));
    expect(() => x.dataSync()).toThrow(/failure of the GPU: Out of memory;.*batchSize/s);
    await expect(x.data()).rejects.toThrow(/Out of memory/);
  });
});

function whatIsMissing(): string | undefined {
  for (const name of ['webgpu', '@tensorflow/tfjs-backend-webgpu']) {
    try {
      resolveFromProgram(name);
    } catch (error) {
      if (isMissing(error, name)) return `${name} is not installed`;
      throw error;
    }
  }
  return process.platform === 'linux' && vulkanDrivers().length === 0 ? 'no Vulkan driver' : undefined;
}
