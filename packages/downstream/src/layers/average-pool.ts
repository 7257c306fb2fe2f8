import * as tf from '@tensorflow/tfjs-core';

/** Frames that `averagePool` leaves of so many. */
export const pooledLength = (frames: number, stride: number): number => Math.ceil(frames / stride);

/**
 * Means over windows of frames around every `stride`-th one, zeros standing for what lies beyond the edges.
 *
 * Of slices and sums, since not every engine has the gradient of its own pooling.
 *
 * @param x (batch, frames, features)
 * @param windowSize frames, an odd number
 * @returns (batch, ceil(frames / stride), features)
 */
export function averagePool(x: tf.Tensor3D, windowSize: number, stride: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, frames, features] = x.shape;
    const windows = pooledLength(frames, stride);
    const edge = (windowSize - 1) / 2;
    // a window reaches over so many groups of `stride` frames
    const groups = Math.ceil(windowSize / stride);
    const padded = tf.pad(x, [
      [0, 0],
      [edge, Math.max(0, (windows + groups - 1) * stride - frames - edge)],
      [0, 0],
    ]);
    const sums = Array.from({ length: groups }, (_, group) => {
      const rows = tf.reshape(tf.slice(padded, [0, group * stride, 0], [batch, windows * stride, features]), [
        batch,
        windows,
        stride,
        features,
      ]);
      return tf.sum(tf.slice(rows, [0, 0, 0, 0], [batch, windows, Math.min(stride, windowSize - group * stride), features]), 2);
    });
    return tf.div(tf.addN(sums), windowSize) as tf.Tensor3D;
  });
}
