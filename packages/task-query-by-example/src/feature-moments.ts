import * as tf from '@tensorflow/tfjs-core';

/** Mean and spread of each feature over frames, in double precision. */
export interface FeatureMoments {
  readonly frames: number;
  readonly mean: Float64Array;
  /** sum of the squared differences from the mean */
  readonly squares: Float64Array;
}

/** Of the frames of one utterance, (frames, features). */
export async function momentsOf(frames: tf.Tensor2D): Promise<FeatureMoments> {
  const [mean, variance] = tf.tidy(() => {
    const { mean, variance } = tf.moments(frames, 0);
    return [mean, variance];
  });
  try {
    const [means, variances] = await Promise.all([mean.data(), variance.data()]);
    return {
      frames: frames.shape[0],
      mean: Float64Array.from(means),
      squares: Float64Array.from(variances, (value) => value * frames.shape[0]),
    };
  } finally {
    tf.dispose([mean, variance]);
  }
}

/** Of the frames of both together. Chan et al., "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
export function joinMoments(one: FeatureMoments | undefined, other: FeatureMoments): FeatureMoments {
  if (!one) return other;
  const frames = one.frames + other.frames;
  const mean = Float64Array.from(one.mean, (value, feature) => value + ((other.mean[feature]! - value) * other.frames) / frames);
  const squares = Float64Array.from(one.squares, (value, feature) => {
    const gap = other.mean[feature]! - one.mean[feature]!;
    return value + other.squares[feature]! + (gap * gap * one.frames * other.frames) / frames;
  });
  return { frames, mean, squares };
}

/** The standard deviation of each feature, n - 1 in the denominator as PyTorch has it. */
export function deviations({ frames, squares }: FeatureMoments): Float64Array {
  return squares.map((value) => Math.sqrt(value / (frames - 1)));
}
