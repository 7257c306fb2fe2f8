import * as tf from '@tensorflow/tfjs-core';

/** A tensor that a fixture describes instead of listing its values: number `p` of those with this shape, within `scale` of the offset. */
export interface HashedTensor {
  readonly shape: readonly number[];
  readonly p: number;
  readonly scale?: number;
  readonly offset?: number;
}

/** Values from a hash of their place that takes a few lines in any language, so that inputs and weights need not be recorded with what a peer makes of them. */
export function hashValues({ shape, p, scale = 1, offset = 0 }: HashedTensor): Float32Array {
  return Float32Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, (_, index) => {
    let hash = Math.imul(index + 1, 2654435761) ^ Math.imul(p + 1, 2246822519);
    hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
    hash = Math.imul(hash ^ (hash >>> 13), 3266489917);
    hash ^= hash >>> 16;
    return offset + scale * (((hash >>> 0) / 2 ** 32) * 2 - 1);
  });
}

/** The tensor of a description by hash, which the caller disposes. */
export function hashTensor<T extends tf.Tensor = tf.Tensor>(tensor: HashedTensor): T {
  return tf.tensor(hashValues(tensor), [...tensor.shape]) as T;
}
