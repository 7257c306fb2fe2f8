import * as tf from '@tensorflow/tfjs-core';

/** Frames that a window of `contextSize` frames, `dilation` apart, takes away from a sequence. */
export const framesLost = (contextSize: number, dilation: number): number => (contextSize - 1) * dilation;

/**
 * The context of each frame as one row, oldest frame first.
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

/**
 * The context of each frame times a matrix: a dilated convolution over frames.
 *
 * The engines' dilated convolutions have no gradient, and one matrix product over unfolded frames is as fast. The gradient by
 * the frames is one such product, too: taken apart into the frames of each context and summed it would take three passes more.
 *
 * @param x (batch, frames, features)
 * @param weight (outputSize, contextSize * features), oldest frame first
 * @returns (batch, frames - (contextSize - 1) * dilation, outputSize)
 */
export function unfoldedProduct(x: tf.Tensor3D, weight: tf.Tensor2D, contextSize: number, dilation: number): tf.Tensor3D {
  const [batch, frames, size] = x.shape;
  const left = frames - framesLost(contextSize, dilation);
  const [outputSize] = weight.shape;
  const product = tf.customGrad((input, matrix, save) => {
    const rows = tf.reshape(unfold(input as tf.Tensor3D, contextSize, dilation), [batch * left, contextSize * size]) as tf.Tensor2D;
    (save as tf.GradSaveFunc)([rows, matrix as tf.Tensor]);
    return {
      value: tf.reshape(tf.matMul(rows, matrix as tf.Tensor2D, false, true), [batch, left, outputSize]),
      gradFunc: (derivative, [kept, used]) => [
        gradientByFrames(derivative as tf.Tensor3D, used as tf.Tensor2D, contextSize, dilation),
        tf.matMul(tf.reshape(derivative as tf.Tensor3D, [batch * left, outputSize]) as tf.Tensor2D, kept as tf.Tensor2D, true, false),
      ],
    };
  });
  return tf.tidy(() => product(x, weight) as tf.Tensor3D);
}

/** Each frame's derivative is that of the frames whose context it is in, the latest of which sees it first. */
function gradientByFrames(derivative: tf.Tensor3D, weight: tf.Tensor2D, contextSize: number, dilation: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, left, outputSize] = derivative.shape;
    const lost = framesLost(contextSize, dilation);
    const size = weight.shape[1] / contextSize;
    const around: [number, number][] = [
      [0, 0],
      [lost, lost],
      [0, 0],
    ];
    const rows = unfold(lost > 0 ? tf.pad(derivative, around) : derivative, contextSize, dilation);
    const byPosition = tf.split(weight, contextSize, 1);
    const matrix = tf.concat(byPosition.reverse(), 0);
    const product = tf.matMul(tf.reshape(rows, [batch * (left + lost), contextSize * outputSize]) as tf.Tensor2D, matrix);
    return tf.reshape(product, [batch, left + lost, size]);
  });
}
