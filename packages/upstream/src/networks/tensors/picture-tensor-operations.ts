import * as tf from '@tensorflow/tfjs-core';
import type { PictureOperations } from '../operations/picture-operations.ts';
import type { Weight } from '../weight-names.ts';

/** `PictureOperations` on tensors, with gradients. */
export function pictureTensorOperations(valueAt: <T extends tf.Tensor>(weight: Weight) => T): PictureOperations<tf.Tensor> {
  return {
    asPicture: (x) => tf.tidy(() => tf.expandDims(tf.transpose(x, [0, 2, 1]), -1)),
    pictureConvolution: (x, { weight, bias }) =>
      tf.tidy(() => {
        const filters = tf.transpose(valueAt<tf.Tensor4D>(weight), [2, 3, 1, 0]);
        return tf.add(tf.conv2d(x as tf.Tensor4D, filters, 1, 'same'), valueAt(bias));
      }),
    halvedPicture: (x, { rows, steps, features }) =>
      tf.tidy(() => {
        const [half, halfSteps] = [Math.floor(rows / 2), Math.floor(steps / 2)];
        const even = tf.slice(x, [0, 0, 0, 0], [-1, 2 * half, 2 * halfSteps, -1]);
        const byRows = largerOfPairs(tf.reshape(even, [-1, half, 2, 2 * halfSteps * features]));
        return tf.reshape(largerOfPairs(tf.reshape(byRows, [-1, half * halfSteps, 2, features])), [-1, half, halfSteps, features]);
      }),
    pictureSteps: (x, { rows, steps, features }) => tf.tidy(() => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [-1, steps, rows * features])),
    largestAndMean: (x) => tf.tidy(() => tf.add(largestStep(x), tf.mean(x, 1, true))),
  };
}

/** Of (batch, pairs, 2, features) the larger values; of equal ones the first has the gradient, as in PyTorch. */
function largerOfPairs(x: tf.Tensor): tf.Tensor {
  const [first, second] = tf.split(x, 2, 2);
  return tf.maximum(first!, second!);
}

/** The largest over the steps, (batch, 1, features); of equal ones the first has the gradient. */
const largestStep = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  (save as (kept: tf.Tensor[]) => void)([x]);
  return {
    value: tf.max(x, 1, true),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => {
        const [at] = saved as [tf.Tensor];
        const isFirst = tf.oneHot(tf.argMax(at, 1) as tf.Tensor2D, at.shape[1]!);
        return tf.mul(dy, tf.transpose(tf.cast(isFirst, 'float32'), [0, 2, 1]));
      }),
  };
}) as (x: tf.Tensor) => tf.Tensor;
