import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';

const [alpha, beta] = [1e-4, 0.75];

/**
 * Each feature divided by a power of the energy around it, with as many neighbours as there are features, as PyTorch's
 * `LocalResponseNorm(features)` does.
 *
 * Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", 2012.
 *
 * @param x (batch, frames, features)
 */
export function localResponseNorm(x: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const size = x.shape[2];
    const energy = tf.reshape(tf.matMul(tf.reshape(tf.square(x), [-1, size]), neighbours(size)), x.shape);
    return tf.mul(x, tf.exp(tf.mul(tf.log1p(energy), -beta)));
  });
}

/** The same in the operations of a graph. */
export function graphLocalResponseNorm<T>(operations: GraphOperations<T>, x: T, size: number): T {
  const energy = operations.matMul(operations.multiply(x, x), operations.constant(neighbours(size)));
  return operations.multiply(x, operations.exp(operations.multiply(operations.log(operations.add(energy, 1)), -beta)));
}

/** What the feature of the row adds to the energy of the feature of the column: those up to half of all away count. */
function neighbours(size: number): tf.Tensor2D {
  const below = Math.floor(size / 2);
  const values = Float32Array.from({ length: size * size }, (_, place) => {
    const distance = Math.floor(place / size) - (place % size);
    return distance >= -below && distance < size - below ? alpha / size : 0;
  });
  return tf.tensor2d(values, [size, size]);
}
