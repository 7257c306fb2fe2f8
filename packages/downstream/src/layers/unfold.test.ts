import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectClose } from '../fixtures/reference.ts';
import { framesLost, unfold, unfoldedProduct } from './unfold.ts';

test.each([
  [1, 1],
  [2, 3],
  [3, 1],
  [5, 2],
])('the product of contexts of %i frames, %i apart, and its gradients are those of unfolded rows', (contextSize, dilation) => {
  const [batch, frames, size, outputSize] = [2, 11, 3, 4];
  const x = hashTensor<tf.Tensor3D>({ shape: [batch, frames, size], p: 1, scale: 1 });
  const weight = hashTensor<tf.Tensor2D>({ shape: [outputSize, contextSize * size], p: 2, scale: 1 });
  const left = frames - framesLost(contextSize, dilation);
  const target = hashTensor<tf.Tensor3D>({ shape: [batch, left, outputSize], p: 3, scale: 1 });
  const composed = (input: tf.Tensor, matrix: tf.Tensor) => {
    const rows = tf.reshape(unfold(input as tf.Tensor3D, contextSize, dilation), [batch * left, contextSize * size]);
    return tf.reshape(tf.matMul(rows as tf.Tensor2D, matrix as tf.Tensor2D, false, true), [batch, left, outputSize]);
  };
  const own = (input: tf.Tensor, matrix: tf.Tensor) => unfoldedProduct(input as tf.Tensor3D, matrix as tf.Tensor2D, contextSize, dilation);

  expectClose(own(x, weight), [...composed(x, weight).dataSync()]);
  const gradients = (product: typeof own | typeof composed) =>
    tf.grads((input, matrix) => tf.sum(tf.mul(product(input!, matrix!), target)))([x, weight]);
  const [found, expected] = [gradients(own), gradients(composed)];
  expected.forEach((gradient, index) => void expectClose(found[index]!, [...gradient.dataSync()]));

  const before = tf.memory().numTensors;
  tf.dispose(gradients(own));
  expect(tf.memory().numTensors).toBe(before);
});
