import type { Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { Wav2vecOperations } from '../operations/wav2vec-operations.ts';
import type { Weight } from '../weight-names.ts';

/** `Wav2vecOperations` on tensors, with gradients. */
export function wav2vecTensorOperations(
  valueAt: <T extends tf.Tensor>(weight: Weight) => T,
  training: { readonly random: Random } | undefined,
): Wav2vecOperations<tf.Tensor> {
  return {
    logMagnitude: (x) => tf.tidy(() => tf.log(tf.add(tf.abs(x), 1))),
    repeatFirst: (x, count) =>
      tf.tidy(() => {
        const first = tf.slice(x, [0, 0, 0], [-1, 1, -1]);
        return tf.concat([...Array.from({ length: count }, () => first), x], 1);
      }),
    everyStep: (x, every, like) =>
      tf.tidy(() => {
        // cut again after a reshape: engines lack the gradient of a slice with strides
        const [batch, steps, size] = x.shape as [number, number, number];
        const wanted = like.shape[1]!;
        const ends: [number, number][] = [
          [0, 0],
          [0, Math.max(0, wanted * every - steps)],
          [0, 0],
        ];
        const whole = tf.slice(tf.pad(x, ends), [0, 0, 0], [-1, wanted * every, -1]);
        return tf.squeeze(tf.slice(tf.reshape(whole, [batch, wanted, every, size]), [0, 0, 0, 0], [-1, -1, 1, -1]), [2]);
      }),
    chosenCodes: (logits, codes, { groups, count, temperature }) =>
      tf.tidy(() => {
        const [batch, steps] = logits.shape as [number, number, number];
        const given = tf.reshape(logits, [-1, count]);
        const noisy = training ? tf.add(given, gumbelNoise(given.shape as [number, number], training.random)) : given;
        const hard = largest(tf.softmax(tf.div(noisy, temperature)), training !== undefined);
        return tf.reshape(codesOf(hard, tf.reshape(valueAt(codes), [-1, count, codes.shape[2]!]), groups), [batch, steps, -1]);
      }),
    nearestCodes(x, codes, groups) {
      const operation = tf.customGrad((input) => ({
        value: tf.tidy(() => {
          const table: tf.Tensor3D = tf.transpose(valueAt<tf.Tensor3D>(codes), [1, 0, 2]);
          const [tables, count, size] = table.shape;
          const everyone = tables === groups ? table : tf.tile(table, [groups, 1, 1]);
          const grouped = tf.transpose(tf.reshape(input as tf.Tensor, [-1, groups, size]), [1, 0, 2]);
          const products = tf.mul(tf.matMul(grouped, everyone, false, true), 2);
          const nearness = tf.sub(products, tf.expandDims(tf.sum(tf.square(everyone), -1), 1));
          return tf.reshape(tf.transpose(tf.matMul(ones(nearness, count), everyone), [1, 0, 2]), x.shape);
        }),
        gradFunc: (dy: tf.Tensor) => tf.clone(dy),
      })) as (x: tf.Tensor) => tf.Tensor;
      return operation(x);
    },
  };
}

/** 1 where the last axis is largest, else 0 */
const ones = (x: tf.Tensor, count: number): tf.Tensor => tf.cast(tf.oneHot(tf.argMax(x, -1) as tf.Tensor1D, count), 'float32');

/** 1 where a row is largest, else 0; the gradient passes as if it were the row, or not at all. */
function largest(shares: tf.Tensor, passes: boolean): tf.Tensor {
  const operation = tf.customGrad((x) => ({
    value: tf.tidy(() => ones(x as tf.Tensor, (x as tf.Tensor).shape[1]!)),
    gradFunc: (dy: tf.Tensor) => (passes ? tf.clone(dy) : tf.zerosLike(dy)),
  })) as (x: tf.Tensor) => tf.Tensor;
  return operation(shares);
}

function gumbelNoise(shape: [number, number], random: Random): tf.Tensor {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => -Math.log(-Math.log(random.uniform() + 2 ** -33)));
  return tf.tensor2d(values, shape);
}

/** Rows, group after group of each step, of ones and zeros to the codes that they stand for. */
function codesOf(chosen: tf.Tensor, table: tf.Tensor3D, groups: number): tf.Tensor {
  const [tables, count, size] = table.shape;
  if (tables === 1) return tf.matMul(chosen as tf.Tensor2D, tf.reshape(table, [count, size]));
  const byGroup: tf.Tensor3D = tf.transpose(tf.reshape(chosen, [-1, groups, count]), [1, 0, 2]);
  return tf.transpose(tf.matMul(byGroup, table), [1, 0, 2]);
}
