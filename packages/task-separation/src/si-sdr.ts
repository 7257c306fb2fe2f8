import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { leastCost } from './source-orders.ts';

/** Keeps what is silent, or perfect, within 80 dB. */
const epsilon = 1e-8;

/**
 * Scale-invariant signal-to-distortion ratio (SI-SDR) in decibels, of signals without their means; within ±80.
 *
 * As pb_bss_eval counts it, which S3PRL asks. Also called SI-SNR.
 *
 * Le Roux et al., "SDR – Half-Baked or Well Done?", 2019.
 *
 * @param estimate (samples,)
 * @param reference (samples,) as many
 */
export function siSdr(estimate: Float32Array, reference: Float32Array): number {
  const [meanOfEstimate, meanOfReference] = [meanOf(estimate), meanOf(reference)];
  let [product, energy, own] = [0, 0, 0];
  for (let sample = 0; sample < reference.length; sample++) {
    const [e, r] = [estimate[sample]! - meanOfEstimate, reference[sample]! - meanOfReference];
    product += e * r;
    energy += r * r;
    own += e * e;
  }
  const scale = product / (energy + epsilon);
  const projected = scale * scale * energy;
  const noise = Math.max(0, own - 2 * scale * product + projected);
  return 10 * Math.log10(projected / (noise + epsilon) + epsilon);
}

/**
 * The loss of SI-SDR: its negative in the best order of the sources, in decibels, the mean over sources and rows.
 *
 * @param estimates of each output, (batch, samples), zero beyond each length
 * @param references of each source, the same
 * @param lengths (batch,) samples
 */
export function siSdrLoss(estimates: readonly tf.Tensor2D[], references: readonly tf.Tensor2D[], lengths: readonly number[]): tf.Scalar {
  return tf.tidy(() => {
    const mask = lengthMask(lengths, references[0]!.shape[1]);
    const counts = tf.tensor2d([...lengths], [lengths.length, 1]);
    const centred = (x: tf.Tensor2D) => tf.mul(tf.sub(x, tf.div(tf.sum(x, 1, true), counts)), mask);
    const sum = (x: tf.Tensor) => tf.sum(x, 1, true);
    const sounds = references.map(centred);
    const costs = estimates.map(centred).map((estimate) =>
      sounds.map((reference) => {
        const scale = tf.div(sum(tf.mul(estimate, reference)), tf.add(sum(tf.square(reference)), epsilon));
        const projected = tf.mul(scale, reference);
        const ratio = tf.div(sum(tf.square(projected)), tf.add(sum(tf.square(tf.sub(estimate, projected))), epsilon));
        return tf.reshape(tf.mul(tf.log(tf.add(ratio, epsilon)), -10 / Math.LN10), [-1]) as tf.Tensor1D;
      }),
    );
    return tf.div(tf.mean(leastCost(costs)), estimates.length) as tf.Scalar;
  });
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
