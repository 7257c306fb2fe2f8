import { InputError, randomStream, WiringError } from '@s3/interface';
import { normalTensor } from '@s3/interface/tensors';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/permutation-invariant.json' with { type: 'json' };
import { permutationInvariantLoss } from './permutation-invariant-loss.ts';
import { permutationsOf } from './permutations.ts';

const largest = (difference: tf.Tensor) => tf.max(tf.abs(difference)).dataSync()[0]!;

describe.each(reference.cases)('equals S3PRL, case %#', ({ logits, activity, lengths, loss, order, gradient }) => {
  const shape = logits.shape as [number, number, number];
  const values = hashTensor<tf.Tensor3D>(logits);
  const labels = tf.tensor3d(activity, shape);

  test('loss and order', () => {
    const result = permutationInvariantLoss(values, labels, lengths);
    expect(result.loss.dataSync()[0]).toBeCloseTo(loss, 6);
    expect(result.order.arraySync()).toEqual(order);
  });

  test('gradient', () => {
    const own = tf.grad((x) => permutationInvariantLoss(x as tf.Tensor3D, labels, lengths).loss)(values);
    expect(largest(tf.sub(own, tf.tensor3d(gradient, shape)))).toBeLessThan(1e-7);
  });
});

/** As the definition says: the loss of every order, one after the other. */
function exhaustive(logits: tf.Tensor3D, activity: tf.Tensor3D, lengths: readonly number[]): { loss: number; order: number[][] } {
  const [x, y] = [logits.arraySync(), activity.arraySync()];
  let sum = 0;
  const order = lengths.map((length, row) => {
    const losses = permutationsOf(logits.shape[2]).map((permutation) => {
      let loss = 0;
      for (let frame = 0; frame < length; frame++) {
        permutation.forEach((speaker, output) => {
          const logit = x[row]![frame]![output]!;
          loss += Math.max(logit, 0) - logit * y[row]![frame]![speaker]! + Math.log1p(Math.exp(-Math.abs(logit)));
        });
      }
      return { permutation, loss };
    });
    const best = losses.reduce((least, next) => (next.loss < least.loss ? next : least));
    sum += best.loss;
    return [...best.permutation];
  });
  return { loss: sum / (lengths.reduce((total, length) => total + length, 0) * logits.shape[2]), order };
}

test.each([1, 2, 3, 4, 5])('is the least over all orders of %i speakers', (speakers) => {
  const random = randomStream('orders', speakers);
  const lengths = [9, 4, 1];
  const logits = normalTensor([3, 9, speakers], 2, random) as tf.Tensor3D;
  const activity = tf.cast(tf.greater(normalTensor([3, 9, speakers], 1, random), 0), 'float32') as tf.Tensor3D;
  const expected = exhaustive(logits, activity, lengths);
  const { loss, order } = permutationInvariantLoss(logits, activity, lengths);
  expect(loss.dataSync()[0]).toBeCloseTo(expected.loss, 5);
  expect(order.arraySync()).toEqual(expected.order);
});

test('does not see what comes after the end, and is exact for large logits', () => {
  const activity = tf.tensor3d([[[1], [0], [1]]]);
  const short = (last: number) => permutationInvariantLoss(tf.tensor3d([[[50], [-50], [last]]]), activity, [2]).loss.dataSync()[0]!;
  expect(short(3)).toBe(short(-80));
  expect(short(3)).toBeLessThan(1e-20);
  const wrong = permutationInvariantLoss(tf.tensor3d([[[-1000], [50], [0]]]), activity, [1]).loss.dataSync()[0];
  expect(wrong).toBe(1000);
});

test('leaves nothing but the loss and the order, forwards and backwards', () => {
  const [logits, activity] = [tf.ones([2, 4, 2]) as tf.Tensor3D, tf.ones([2, 4, 2]) as tf.Tensor3D];
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => ({ ...permutationInvariantLoss(logits, activity, [4, 3]) }));
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose(result);
  tf.dispose(tf.tidy(() => tf.grad((x) => permutationInvariantLoss(x as tf.Tensor3D, activity, [4, 3]).loss)(logits)));
  expect(tf.memory().numTensors).toBe(before);
});

test('refuses labels of another shape, too many speakers and nothing at all', () => {
  const frames = (speakers: number) => tf.zeros([1, 4, speakers]) as tf.Tensor3D;
  expect(() => permutationInvariantLoss(frames(2), frames(3), [4])).toThrow(WiringError);
  expect(() => permutationInvariantLoss(frames(6), frames(6), [4])).toThrow(InputError);
  expect(() => permutationInvariantLoss(frames(2), frames(2), [0])).toThrow(/no labelled frame/);
});
