import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hashValues } from '../../fixtures/hash-values.ts';
import { wav2vecTensorOperations } from '../tensors/wav2vec-tensor-operations.ts';

const values = (shape: readonly number[], stream: number) =>
  tf.tensor(
    Float32Array.from(
      hashValues(
        shape.reduce((product, axis) => product * axis, 1),
        stream,
      ),
    ),
    [...shape],
  );
const [logits, codes, wanted] = [values([2, 3, 8], 1), values([1, 8, 5], 2), values([2, 3, 10], 3)];
const weight = { name: 'codes', shape: codes.shape };
const options = { groups: 2, count: 4, temperature: 1.5 };
const loss = (of: tf.Tensor) => tf.sum(tf.mul(of, wanted)) as tf.Scalar;
const valueAt = <T extends tf.Tensor>() => codes as T;
/** whose Gumbel noise is 0 */
const silent = { uniform: () => Math.exp(-1) - 2 ** -33, integer: () => 0, normal: () => 0, permutation: () => [] };

test('in training the gradient of a chosen code is that of its share', () => {
  const { chosenCodes } = wav2vecTensorOperations(valueAt, { random: silent });
  const found = tf.grad((x) => loss(chosenCodes(x, weight, options)))(logits);
  const expected = tf.grad((x) => {
    const shares = tf.softmax(tf.div(tf.reshape(x, [6, 2, 4]), options.temperature));
    const byGroup = tf.matMul(tf.transpose(shares, [1, 0, 2]), tf.reshape(codes, [2, 4, 5]));
    return loss(tf.reshape(tf.transpose(byGroup, [1, 0, 2]), [2, 3, 10]));
  })(logits);
  expect(tf.max(tf.abs(expected)).dataSync()[0]).toBeGreaterThan(0.01);
  expect(tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]).toBeLessThan(1e-6);
});

test('in training codes are chosen by chance, as often as their logits say', () => {
  let state = 1;
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const { chosenCodes } = wav2vecTensorOperations(<T extends tf.Tensor>() => tf.tensor3d([1, 0, 0], [1, 3, 1]) as unknown as T, {
    random: { ...silent, uniform: draw },
  });
  const same = tf.tile(tf.tensor3d([Math.log(0.5), Math.log(0.2), Math.log(0.3)], [1, 1, 3]), [1, 4000, 1]);
  const chosen = chosenCodes(same, { name: 'codes', shape: [1, 3, 1] }, { groups: 1, count: 3, temperature: 2 });
  expect(Math.abs(tf.mean(chosen).dataSync()[0]! - 0.5)).toBeLessThan(0.03);
});
