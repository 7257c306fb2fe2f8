import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { matchSpectrumFrames } from './match-spectrum-frames.ts';

const values = tf.tensor3d([
  [[1], [2], [3], [9]],
  [[4], [5], [9], [9]],
]);

test('repeats the last valid frame where there are too few', () => {
  const matched = matchSpectrumFrames({ values, lengths: [3, 2] }, [5, 3]);
  expect(tf.squeeze(matched, [2]).arraySync()).toEqual([
    [1, 2, 3, 3, 3],
    [4, 5, 5, 0, 0],
  ]);
});

test('cuts what is too much', () => {
  const matched = matchSpectrumFrames({ values, lengths: [4, 2] }, [2, 3]);
  expect(tf.squeeze(matched, [2]).arraySync()).toEqual([
    [1, 2, 0],
    [4, 5, 5],
  ]);
});

test('has a gradient that reaches the frame that is repeated', () => {
  const gradient = tf.grad((x) => tf.sum(matchSpectrumFrames({ values: x as tf.Tensor3D, lengths: [3, 2] }, [5, 3])))(values);
  expect(tf.squeeze(gradient, [2]).arraySync()).toEqual([
    [1, 1, 3, 0],
    [1, 2, 0, 0],
  ]);
});

test('refuses what no rounding explains', () => {
  expect(() => matchSpectrumFrames({ values, lengths: [3, 2] }, [5, 7])).toThrow('gives 2 frames of a waveform whose spectrum has 7');
});
