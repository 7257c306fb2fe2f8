import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces the gradients of sum and mean: the derivative is repeated by the engine.
 *
 * TensorFlow.js's multiply it by ones of the input's size, which JavaScript makes and hands to the engine anew each time:
 * an eighth of an x-vector's training step on the native engine.
 */
export function registerReductionGradients(): void {
  register(tf.Sum, () => 1);
  register(tf.Mean, (reducedSize) => reducedSize);
}

function register(kernelName: string, divisor: (reducedSize: number) => number): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { shape } = x!;
        const { axis } = attrs as unknown as tf.SumAttrs;
        const axes = tf.util.parseAxisParam(axis, shape);
        const kept = shape.map((size, index) => (axes.includes(index) ? 1 : size));
        const by = divisor(tf.util.sizeFromShape(shape) / tf.util.sizeFromShape(kept));
        const derivative = tf.reshape(dy as tf.Tensor, kept);
        return repeated(by === 1 ? derivative : tf.div(derivative, by), shape);
      },
    }),
  });
}

/** As `tf.broadcastTo`, whose own gradient takes a slice for every repetition. */
function repeated(x: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = shape.flatMap((size, axis) => (x.shape[axis] === size ? [] : [axis]));
  if (axes.length === 0) return x;
  return tf.customGrad((given) => ({
    value: tf.broadcastTo(given as tf.Tensor, shape),
    gradFunc: (dy) => tf.sum(dy as tf.Tensor, axes, true),
  }))(x);
}
