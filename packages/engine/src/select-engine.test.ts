import { S3Error } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import { selectEngine } from './select-engine.ts';

const before = tf.getBackend();
afterAll(() => tf.setBackend(before));

test.each([
  ['wasm', 'wasm'],
  ['cpu', 'cpu'],
] as const)('%s becomes the current backend, with gradients', async (name, backend) => {
  const info = await selectEngine(name);
  expect(info).toMatchObject({ name, library: expect.stringContaining(`tfjs-backend-${backend} ${tf.version_core}`) });
  expect(tf.getBackend()).toBe(backend);
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(x, x)))(tf.tensor1d([1, 2]));
  expect([...gradient.dataSync()]).toEqual([2, 4]);
});

test('auto takes an engine that works and says why', async () => {
  const info = await selectEngine('auto');
  expect(['native', 'wasm']).toContain(info.name);
  expect(info.reason).toContain(`${info.name} is the fastest that works here`);
});

test('an engine that does not start is refused with the way to get it', async () => {
  const outcome = await selectEngine('native').catch((error: unknown) => error);
  if (S3Error.isInstance(outcome)) expect(outcome.message).toContain('npm install @tensorflow/tfjs-node');
  else expect(outcome).toMatchObject({ name: 'native' });
});

test('an unknown name is refused with the names there are', async () => {
  await expect(selectEngine('cuda' as never)).rejects.toThrow(/'cuda'.*auto, native, webgpu, wasm, cpu/s);
});
