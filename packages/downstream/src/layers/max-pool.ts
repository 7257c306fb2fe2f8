import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';

/** Frames that `maxPool` leaves of so many. */
export const maxPooledLength = (frames: number, windowSize: number, stride: number): number =>
  Math.floor((frames - windowSize) / stride) + 1;

/**
 * The largest value of each feature in windows of frames that lie within the sequence.
 *
 * Of slices, since not every engine has the gradient of its own pooling.
 *
 * @param x (batch, frames, features)
 * @returns (batch, `maxPooledLength`, features)
 */
export function maxPool(x: tf.Tensor3D, windowSize: number, stride: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, frames, features] = x.shape;
    const windows = maxPooledLength(frames, windowSize, stride);
    // every window's frame at a place is the first of a group of `stride` frames from there on
    const padded = tf.pad(x, [
      [0, 0],
      [0, stride],
      [0, 0],
    ]);
    const places = Array.from({ length: windowSize }, (_, place) => {
      const groups = tf.reshape(tf.slice(padded, [0, place, 0], [batch, windows * stride, features]), [batch, windows, stride, features]);
      return tf.reshape(tf.slice(groups, [0, 0, 0, 0], [batch, windows, 1, features]), [batch, windows, features]);
    });
    return places.reduce((largest, place) => tf.maximum(largest, place)) as tf.Tensor3D;
  });
}

/** The same in the operations of a graph. */
export function graphMaxPool<T>(operations: GraphOperations<T>, x: T, windowSize: number, stride: number): T {
  // of the first frame of the last window
  const last = operations.multiply(operations.divide(operations.subtract(operations.steps(x), windowSize), stride), stride);
  const places = Array.from({ length: windowSize }, (_, place) => operations.slice(x, 1, place, operations.add(last, place + 1), stride));
  return places.reduce((largest, place) => operations.maximum(largest, place));
}

/** `maxPooledLength` of lengths in a graph. */
export const graphMaxPooledLength = <T>(operations: GraphOperations<T>, lengths: T, windowSize: number, stride: number): T =>
  operations.add(operations.divide(operations.subtract(lengths, windowSize), stride), 1);
