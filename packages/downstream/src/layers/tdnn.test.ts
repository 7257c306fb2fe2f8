import { inference, randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectClose, loadWeights } from '../fixtures/reference.ts';
import reference from '../fixtures/tdnn.json' with { type: 'json' };
import { batchNorm } from './batch-norm.ts';
import { tdnn } from './tdnn.ts';

const shape = { inputSize: 3, outputSize: 4, contextSize: 3, dilation: 2, batchNorm: true };

test('equals S3PRL', () => {
  const layer = tdnn(shape, randomStream(0));
  loadWeights(layer, reference.weights);
  const input = tf.tensor3d(reference.input, reference.inputShape as [number, number, number]);
  const out = layer.forward(input, inference);
  expect(out.shape).toEqual([2, 5, 4]);
  expect(layer.framesLost).toBe(4);
  expectClose(out, reference.out);
});

test('refuses fewer frames than it sees at once', () => {
  const layer = tdnn(shape, randomStream(0));
  expect(() => layer.forward(tf.zeros([1, 4, 3]), inference)).toThrow(/sees 5 frames at once, but it is given 4/);
});

test('batch norm moves its running statistics in training only, does not train them, and saves them', () => {
  const norm = batchNorm(2);
  const input = hashTensor<tf.Tensor3D>({ shape: [2, 3, 2], p: 1, scale: 2, offset: 1 });
  norm.forward(input, inference);
  const running = () => [...norm.state().tensors['running_mean']!.dataSync(), ...norm.state().tensors['running_var']!.dataSync()];
  expect(running()).toEqual([0, 0, 1, 1]);

  norm.forward(input, { training: true, random: randomStream(0) });
  const columns = [0, 1].map((feature) => [...input.dataSync()].filter((_, index) => index % 2 === feature));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value) / 6);
  const unbiased = columns.map((column, feature) => column.reduce((sum, value) => sum + (value - means[feature]!) ** 2, 0) / 5);
  expectClose(running(), [...means.map((mean) => 0.1 * mean), ...unbiased.map((variance) => 0.9 + 0.1 * variance)]);
  expect(norm.trainable.length).toBe(2);
});

test('batch norm leaves padding out of its statistics where lengths are given', () => {
  const input = hashTensor<tf.Tensor3D>({ shape: [1, 4, 2], p: 1, scale: 2 });
  const padded = tf.concat([input, tf.fill([1, 3, 2], 100)], 1) as tf.Tensor3D;
  const mode = { training: true, random: randomStream(0) };
  const [alone, inBatch] = [batchNorm(2), batchNorm(2)];
  const expected = alone.forward(input, mode);
  expectClose(tf.slice(inBatch.forward(padded, mode, [4]), [0, 0, 0], [1, 4, 2]), [...expected.dataSync()]);
  expectClose(inBatch.state().tensors['running_var']!, [...alone.state().tensors['running_var']!.dataSync()]);
});
