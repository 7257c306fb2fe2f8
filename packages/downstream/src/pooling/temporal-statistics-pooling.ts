import { moduleOf } from '@s3/interface';
import { graphMasked, graphMean } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from '../layers/frame-mask.ts';
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
        const column = (numbers: number[]) => tf.tensor2d(numbers, [numbers.length, 1]);
        const freedom = column(lengths.map((length) => Math.max(length - 1, 1)));
        const count = column(lengths.map((length) => (mask ? length : values.shape[1])));
        // by hand, since the tape takes twice as many passes over all frames
        return tf.customGrad((x, save) => {
          const mean = frameMean(x as tf.Tensor3D, lengths, mask);
          const centered = tf.sub(x as tf.Tensor3D, tf.expandDims(mean, 1));
          const squares = tf.square(centered);
          const variance = tf.div(tf.sum(mask ? tf.mul(squares, mask) : squares, 1), freedom);
          const deviation = tf.sqrt(tf.maximum(variance, smallestVariance)) as tf.Tensor2D;
          const moves = tf.cast(tf.greater(variance, smallestVariance), 'float32');
          const byDeviation = tf.div(moves, tf.mul(deviation, freedom));
          const kept = [x as tf.Tensor, mean, byDeviation, count, ...(mask ? [mask] : [])];
          (save as tf.GradSaveFunc)(kept);
          return {
            value: tf.concat([mean, deviation], -1),
            gradFunc: (derivative, saved) => {
              const [given, average, slope, counted, valid] = saved as tf.Tensor[] as [
                tf.Tensor,
                tf.Tensor,
                tf.Tensor,
                tf.Tensor,
                tf.Tensor?,
              ];
              const [byMean, bySpread] = tf.split(derivative as tf.Tensor2D, 2, -1) as [tf.Tensor2D, tf.Tensor2D];
              const spread = tf.mul(tf.sub(given, tf.expandDims(average, 1)), tf.expandDims(tf.mul(bySpread, slope), 1));
              const gradient = tf.add(spread, tf.expandDims(tf.div(byMean, counted), 1));
              return valid ? tf.mul(gradient, valid) : gradient;
            },
          };
        })(values) as tf.Tensor2D;
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
