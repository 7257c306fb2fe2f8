import { type Mode, type Module, moduleOf } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { weightOf } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from './frame-mask.ts';

/** Batch normalization with running statistics. */
export interface BatchNorm extends Module {
  /**
   * (batch, frames, features) to the same.
   *
   * @param lengths (batch,) frames that count for the batch's statistics; all count unless given
   */
  readonly forward: (x: tf.Tensor3D, mode: Mode, lengths?: readonly number[]) => tf.Tensor3D;
  /** over the last axis, any rank */
  readonly graph: <T>(operations: GraphOperations<T>, x: T) => T;
}

/**
 * Batch normalization of each feature, as PyTorch's `BatchNorm1d` does it.
 *
 * Training normalises by the batch and moves the running statistics a tenth of the way
 * to it (the variance unbiased); otherwise the running statistics normalise. They are
 * saved with the weights but not trained.
 *
 * Without `affine` there is nothing to train.
 *
 * Ioffe and Szegedy, "Batch Normalization", 2015.
 */
export function batchNorm(size: number, { momentum = 0.1, epsilon = 1e-5, affine = true } = {}): BatchNorm {
  const scaled = affine ? { weight: weightOf(tf.ones([size])), bias: weightOf(tf.zeros([size])) } : undefined;
  const runningMean = weightOf(tf.zeros([size]), false);
  const runningVariance = weightOf(tf.ones([size]), false);

  return {
    ...moduleOf({ ...scaled, running_mean: runningMean, running_var: runningVariance }),
    forward: (x, mode, lengths) =>
      tf.tidy(() => {
        const { mean, variance } = mode.training ? follow(batchStatistics(x, lengths)) : { mean: runningMean, variance: runningVariance };
        const scale = tf.rsqrt(tf.add(variance, epsilon));
        const centered = tf.sub(x, mean);
        if (!scaled) return tf.mul(centered, scale) as tf.Tensor3D;
        return tf.add(tf.mul(centered, tf.mul(scale, scaled.weight)), scaled.bias) as tf.Tensor3D;
      }),
    graph(operations, x) {
      const inverse = tf.rsqrt(tf.add(runningVariance, epsilon));
      const scale = scaled ? tf.mul(inverse, scaled.weight) : inverse;
      const shift = tf.sub(scaled?.bias ?? 0, tf.mul(runningMean, scale));
      return operations.add(operations.multiply(x, operations.constant(scale)), operations.constant(shift));
    },
  };

  function follow({ mean, variance, count }: { mean: tf.Tensor; variance: tf.Tensor; count: number }) {
    tf.tidy(() => {
      const unbiased = tf.mul(variance, count / Math.max(count - 1, 1));
      runningMean.assign(tf.add(tf.mul(runningMean, 1 - momentum), tf.mul(mean, momentum)));
      runningVariance.assign(tf.add(tf.mul(runningVariance, 1 - momentum), tf.mul(unbiased, momentum)));
    });
    return { mean, variance };
  }
}

function batchStatistics(x: tf.Tensor3D, lengths?: readonly number[]) {
  const [batch, frames] = x.shape;
  const mask = lengths && frameMask(x, lengths);
  if (!mask) return { ...tf.moments(x, [0, 1]), count: batch * frames };
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const mean = tf.div(tf.sum(tf.mul(x, mask), [0, 1]), count);
  const variance = tf.div(tf.sum(tf.mul(tf.square(tf.sub(x, mean)), mask), [0, 1]), count);
  return { mean, variance, count };
}
