import './gradients.ts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const weights = tf.keep(tf.tensor3d([1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12], [2, 3, 2]));

test.each([undefined, 0, 1, -1, [0, 2], [0, 1, 2]])("sums over axis %j give every term its sum's derivative", (axis) => {
  const x = tf.tensor3d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]);
  for (const keepDims of [false, true]) {
    // d/dx of the squared sum is twice the sum, for each term
    const sums = tf.sum(x, axis, true);
    const expected = tf.mul(tf.mul(2, sums), tf.onesLike(x));
    const found = tf.grad((y: tf.Tensor) => tf.sum(tf.square(tf.sum(y, axis, keepDims))))(x);
    expect(found.shape).toEqual(x.shape);
    expect([...found.dataSync()]).toEqual([...expected.dataSync()]);
    const count = x.size / sums.size;
    const mean = tf.grad((y: tf.Tensor) => tf.sum(tf.square(tf.mean(y, axis, keepDims))))(x);
    [...mean.dataSync()].forEach((value, index) => void expect(value).toBeCloseTo(expected.dataSync()[index]! / count ** 2, 4));
  }
});

test('can be derived again', () => {
  const x = tf.tensor3d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]);
  const first = (y: tf.Tensor) => tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.sum(tf.mul(z, weights), 1))))(y);
  const second = tf.grad((y: tf.Tensor) => tf.sum(first(y)))(x);
  // twice the weights, times the sum of those that are summed with them
  const expected = tf.mul(tf.mul(2, weights), tf.sum(weights, 1, true));
  expect([...second.dataSync()]).toEqual([...expected.dataSync()]);
});
