import * as tf from '@tensorflow/tfjs-core';
import type { Spectrum } from './short-time-fourier.ts';
import { leastCost } from './source-orders.ts';

/** What masked magnitudes are to come near to. */
export interface MaskTarget {
  /** `magnitude` of the source (S3PRL: AM); `phase-sensitive`, times the cosine of its angle to the mixture's (PSM); the same, not below 0 (NPSM) */
  readonly target: 'magnitude' | 'phase-sensitive' | 'non-negative-phase-sensitive';
  /** whether magnitudes are compared as they are, or by the logarithm of one more than they are */
  readonly scale: 'linear' | 'log1p';
}

/** Magnitudes, (batch, frames, bins), on the scale that they are compared on. */
export function magnitudesOf({ real, imaginary }: Spectrum, scale: MaskTarget['scale']): tf.Tensor3D {
  return tf.tidy(() => scaled(tf.sqrt(tf.add(tf.square(real), tf.square(imaginary))), scale));
}

/**
 * What the masked mixture is to be for a source, (batch, frames, bins).
 *
 * Kolbæk et al., "Multitalker Speech Separation with Utterance-Level Permutation Invariant Training of Deep Recurrent Neural Networks", 2017.
 */
export function maskTarget(mixture: Spectrum, source: Spectrum, { target, scale }: MaskTarget): tf.Tensor3D {
  return tf.tidy(() => {
    if (target === 'magnitude') return magnitudesOf(source, scale);
    // the source's magnitude times the cosine: its share along the mixture's direction
    const along = tf.add(tf.mul(source.real, mixture.real), tf.mul(source.imaginary, mixture.imaginary));
    const share = tf.divNoNan(along, magnitudesOf(mixture, 'linear'));
    return scaled(target === 'non-negative-phase-sensitive' ? tf.relu(share) : share, scale);
  });
}

/**
 * Distance of masked magnitudes from their targets in the best order of the sources: per frame and source, the mean over the rows.
 *
 * Of each frame the differences are added up over the bins, as S3PRL does.
 *
 * @param masks of each output, (batch, frames, bins)
 */
export function maskLoss(
  masks: readonly tf.Tensor3D[],
  {
    mixture,
    targets,
    lengths,
  }: {
    /** magnitudes, (batch, frames, bins), zero beyond each length */
    readonly mixture: tf.Tensor3D;
    /** of each source, the same */
    readonly targets: readonly tf.Tensor3D[];
    /** frames of each row */
    readonly lengths: readonly number[];
  },
  distance: 'mse' | 'l1',
): tf.Scalar {
  return tf.tidy(() => {
    const costs = masks.map((mask) => {
      const masked = tf.mul(mask, mixture);
      return targets.map((target) => {
        const difference = tf.sub(masked, target);
        return tf.sum(distance === 'mse' ? tf.square(difference) : tf.abs(difference), [1, 2]) as tf.Tensor1D;
      });
    });
    const frames = tf.tensor1d(lengths.map((length) => length * masks.length));
    return tf.mean(tf.div(leastCost(costs), frames)) as tf.Scalar;
  });
}

const scaled = (magnitudes: tf.Tensor, scale: MaskTarget['scale']) =>
  (scale === 'log1p' ? tf.log1p(magnitudes) : magnitudes) as tf.Tensor3D;
