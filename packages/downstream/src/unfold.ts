import * as tf from '@tensorflow/tfjs-core';

/** Frames that a window of `contextSize` frames, `dilation` apart, takes away from a sequence. */
export const framesLost = (contextSize: number, dilation: number): number => (contextSize - 1) * dilation;

/**
 * The context of each frame as one row, oldest frame first.
 *
 * Slices laid side by side, since the engines' dilated convolutions have no gradient
 * and one matrix product over these rows is as fast as a convolution.
 *
 * @param x (batch, frames, features)
 * @returns (batch, frames - (contextSize - 1) * dilation, contextSize * features)
 */
export function unfold(x: tf.Tensor3D, contextSize: number, dilation: number): tf.Tensor3D {
  if (contextSize === 1) return x;
  const [batch, frames, size] = x.shape;
  const left = frames - framesLost(contextSize, dilation);
  return tf.tidy(() =>
    tf.concat(
      Array.from({ length: contextSize }, (_, position) => tf.slice(x, [0, position * dilation, 0], [batch, left, size])),
      -1,
    ),
  );
}
