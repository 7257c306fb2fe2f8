import { moduleOf } from '@s3/interface';
import { graphMasked, graphMean } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from './frame-mask.ts';
import type { Pooling } from './pooling.ts';
import { frameMean } from './temporal-average-pooling.ts';

// Keeps the gradient of the square root finite for features that never change (a dead
// ReLU); there it is zero, as in PyTorch. Small enough not to show beside any other value.
const smallestVariance = 1e-20;

/**
 * Mean and standard deviation (unbiased) over the valid frames (TSP).
 *
 * The deviation of one frame is undefined: `minFrames` is 2, and 0 is given where
 * nobody heeds it (the original gives NaN).
 *
 * Snyder et al., "X-vectors: Robust DNN embeddings for speaker recognition", 2018.
 */
export function temporalStatisticsPooling(inputSize: number): Pooling {
  return {
    ...moduleOf({}),
    outputSize: 2 * inputSize,
    minFrames: 2,
    forward: ({ values, lengths }) =>
      tf.tidy(() => {
        const mask = frameMask(values, lengths);
        const mean = frameMean(values, lengths, mask);
        const squares = tf.square(tf.sub(values, tf.expandDims(mean, 1)));
        const freedom = tf.tensor2d(
          lengths.map((length) => Math.max(length - 1, 1)),
          [lengths.length, 1],
        );
        const variance = tf.div(tf.sum(mask ? tf.mul(squares, mask) : squares, 1), freedom);
        return tf.concat([mean, tf.sqrt(tf.maximum(variance, smallestVariance))], -1) as tf.Tensor2D;
      }),
    graph(operations, { values, lengths }) {
      const mean = graphMean(operations, { values, lengths });
      const centered = operations.subtract(values, operations.expandDims(mean, 1));
      const squares = graphMasked(operations, { values: operations.multiply(centered, centered), lengths });
      const freedom = operations.expandDims(operations.toFloat(operations.maximum(operations.subtract(lengths, 1), 1)), 1);
      const variance = operations.divide(operations.sum(squares, 1, false), freedom);
      return operations.concat([mean, operations.sqrt(operations.maximum(variance, smallestVariance))], -1);
    },
  };
}
