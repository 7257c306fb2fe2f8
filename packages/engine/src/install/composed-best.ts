import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean and unbiased deviation of each row's highest values, and the lowest of these, for comparisons between engines: by
 * our own kernel where the current one has it, else sorted.
 *
 * @param values (rows, values)
 */
export function bestOfRows(values: tf.Tensor2D, count: number): tf.Tensor[] {
  if (tf.getKernel('S3Best', tf.getBackend()))
    return tf.engine().runKernel('S3Best', { values, count: tf.scalar(count, 'int32') }) as unknown as tf.Tensor[];
  const best = tf.topk(values, count).values;
  const mean = tf.mean(best, 1, true);
  const variance = tf.div(tf.sum(tf.square(tf.sub(best, mean)), 1), Math.max(1, count - 1));
  return [tf.squeeze(mean, [1]), tf.sqrt(variance), tf.min(best, 1)];
}
