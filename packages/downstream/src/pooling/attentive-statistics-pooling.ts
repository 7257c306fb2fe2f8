import type { Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { frameAttention } from './frame-attention.ts';
import type { Pooling } from './pooling.ts';

/**
 * Mean and standard deviation over the valid frames, weighted by learned attention (ASP).
 *
 * Okabe et al., "Attentive Statistics Pooling for Deep Speaker Embedding", 2018.
 */
export function attentiveStatisticsPooling(inputSize: number, random: Random): Pooling {
  const attention = frameAttention(inputSize, random);
  return {
    ...attention,
    outputSize: 2 * inputSize,
    minFrames: 1,
    forward: (frames) =>
      tf.tidy(() => {
        const shares = attention.forward(frames);
        const mean = tf.sum(tf.mul(frames.values, shares), 1) as tf.Tensor2D;
        const variance = tf.sub(tf.sum(tf.mul(tf.square(frames.values), shares), 1), tf.square(mean));
        return tf.concat([mean, tf.sqrt(tf.maximum(variance, 1e-5))], -1) as tf.Tensor2D;
      }),
    graph(operations, frames) {
      const shares = attention.graph(operations, frames);
      const weighed = operations.multiply(frames.values, shares);
      const mean = operations.sum(weighed, 1, false);
      const squares = operations.sum(operations.multiply(frames.values, weighed), 1, false);
      const variance = operations.subtract(squares, operations.multiply(mean, mean));
      return operations.concat([mean, operations.sqrt(operations.maximum(variance, 1e-5))], -1);
    },
  };
}
