import * as tf from '@tensorflow/tfjs-core';

/** How far two frames are from each other; S3PRL's names. */
export const distanceNames = ['cosine_exp', 'cosine', 'cosine_neg_log', 'euclidean'] as const;
export type DistanceName = (typeof distanceNames)[number];

/**
 * What has to be known of frames to compare them: unit vectors for cosines, else the frames as they are.
 *
 * @param frames (frames, features)
 */
export function comparable(frames: tf.Tensor2D, name: DistanceName): tf.Tensor2D {
  if (name === 'euclidean') return tf.clone(frames);
  // a frame of zeros is at right angles to all others; scipy gives NaN
  return tf.tidy(() => tf.div(frames, tf.maximum(tf.norm(frames, 2, 1, true), 1e-12)));
}

/**
 * Distances of all frames of a sequence to all of another, as one matrix product.
 *
 * @param rows (rows, features) by `comparable`
 * @param columns (columns, features) by `comparable`
 * @returns (rows, columns)
 */
export function frameDistances(rows: tf.Tensor2D, columns: tf.Tensor2D, name: DistanceName): tf.Tensor2D {
  return tf.tidy(() => {
    const products: tf.Tensor2D = tf.matMul(rows, columns, false, true);
    const distances: { readonly [Name in DistanceName]: () => tf.Tensor } = {
      cosine: () => tf.sub(1, products),
      cosine_exp: () => tf.expm1(tf.sub(1, products)),
      // the logarithm of a cosine that is not above 0 would be infinite or none
      cosine_neg_log: () => tf.neg(tf.log(tf.maximum(products, 1e-12))),
      euclidean() {
        const squares = (frames: tf.Tensor2D) => tf.sum(tf.square(frames), 1);
        const sums = tf.add(tf.expandDims(squares(rows), 1), tf.expandDims(squares(columns), 0));
        return tf.sqrt(tf.maximum(tf.sub(sums, tf.mul(products, 2)), 0));
      },
    };
    return distances[name]() as tf.Tensor2D;
  });
}
