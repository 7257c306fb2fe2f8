import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedOptimizer } from './optimizer-settings.ts';
import type { Update, Updated } from './update-rules.ts';

const kernel = 'S3Adam';

/** Whether the engine makes an update of these settings in one pass over the weight. */
export function hasAdamKernel({ name, amsgrad }: ResolvedOptimizer): boolean {
  return (name === 'Adam' || name === 'AdamW') && !amsgrad && tf.getKernel(kernel, tf.getBackend()) !== undefined;
}

/**
 * An update by Adam or AdamW in one pass, where composed it takes fifteen; inside a `tf.tidy`.
 *
 * @param scale factor on the gradient
 */
export function adamKernel({ weight, gradient, slots, step, learningRate, settings }: Update, scale: number): Updated {
  const [beta1, beta2] = settings.betas!;
  const isDecoupled = settings.name === 'AdamW';
  const correction = Math.sqrt(1 - beta2 ** step);
  const factors = [
    ...[scale, isDecoupled ? 0 : settings.weightDecay, isDecoupled ? 1 - learningRate * settings.weightDecay : 1],
    ...[beta1, 1 - beta1, beta2, 1 - beta2, (learningRate * correction) / (1 - beta1 ** step), settings.epsilon! * correction],
  ];
  const mean = slots['exp_avg'] ?? tf.zerosLike(weight);
  const square = slots['exp_avg_sq'] ?? tf.zerosLike(weight);
  const inputs = { weight, gradient, mean, square, factors: tf.tensor1d(factors) };
  const [updated, exp_avg, exp_avg_sq] = tf.engine().runKernel(kernel, inputs) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { weight: updated, slots: { exp_avg, exp_avg_sq } };
}
