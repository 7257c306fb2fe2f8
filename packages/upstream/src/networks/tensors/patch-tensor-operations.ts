import * as tf from '@tensorflow/tfjs-core';
import type { PatchOperations } from '../operations/patch-operations.ts';
import type { Weight } from '../weight-names.ts';

/** `PatchOperations` on tensors, with gradients. */
export function patchTensorOperations(valueAt: <T extends tf.Tensor>(weight: Weight) => T): PatchOperations<tf.Tensor> {
  return {
    segments: (waveforms, size) => tf.reshape(waveforms, [-1, size]),
    joinSegments: (x, waveforms, { features }) => tf.reshape(x, [waveforms.shape[0]!, -1, features]),
    silentSteps: (x, count) =>
      tf.pad(x, [
        [0, 0],
        [0, count],
        [0, 0],
      ]),
    patches: (x, { weight, bias, stride: [bins, steps] }) =>
      tf.tidy(() => {
        const filters = tf.transpose(valueAt<tf.Tensor4D>(weight), [3, 2, 1, 0]);
        const patches = tf.conv2d(tf.expandDims(x, -1) as tf.Tensor4D, filters, [steps, bins], 'valid');
        const rows = tf.reshape(tf.transpose(patches, [0, 2, 1, 3]), [x.shape[0]!, -1, weight.shape[0]!]);
        return tf.add(rows, valueAt(bias));
      }),
    prepend: (x, weights) =>
      tf.tidy(() => {
        const everyone = tf.ones([x.shape[0]!, 1, 1]);
        return tf.concat([...weights.map((weight) => tf.mul(valueAt(weight), everyone)), x], 1);
      }),
    besideOneAnother: (x, { skipped, rows, features }) =>
      tf.tidy(() => {
        const [batch, steps] = x.shape as [number, number];
        const columns = (steps - skipped) / rows;
        const grouped = tf.reshape(tf.slice(x, [0, skipped, 0], [-1, -1, -1]), [batch, rows, columns, features]);
        return tf.reshape(tf.transpose(grouped, [0, 2, 1, 3]), [batch, columns, rows * features]);
      }),
  };
}
