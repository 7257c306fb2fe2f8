import * as tf from '@tensorflow/tfjs-core';

/**
 * An update by Adam, for comparisons between engines: by our own kernel where the current one has it, else composed.
 *
 * @param factors of the gradient, penalty, decay, both averages with their shares, rate, epsilon: see `cpp/adam.h`
 * @returns the new weight, average and average of squares
 */
export function adamUpdate(
  weight: tf.Tensor,
  gradient: tf.Tensor,
  mean: tf.Tensor,
  square: tf.Tensor,
  factors: readonly number[],
): tf.Tensor[] {
  if (tf.getKernel('S3Adam', tf.getBackend())) {
    const inputs = { weight, gradient, mean, square, factors: tf.tensor1d([...factors]) };
    return tf.engine().runKernel('S3Adam', inputs) as unknown as tf.Tensor[];
  }
  const [scale, penalty, decay, beta1, share1, beta2, share2, rate, epsilon] = factors as [
    ...[number, number, number, number, number, number, number, number, number],
  ];
  const given = tf.add(tf.mul(gradient, scale), tf.mul(weight, penalty));
  const newMean = tf.add(tf.mul(mean, beta1), tf.mul(given, share1));
  const newSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(given), share2));
  const step = tf.div(tf.mul(newMean, rate), tf.add(tf.sqrt(newSquare), epsilon));
  return [tf.sub(tf.mul(weight, decay), step), newMean, newSquare];
}
