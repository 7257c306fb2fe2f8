import * as tf from '@tensorflow/tfjs-core';

/** Kernel of engines that have the gradient of ReLU in one pass; inputs `dy` and `y`, the ReLU's output. */
export const reluGradKernel = 'S3ReluGrad';

/**
 * Replaces the gradient of ReLU: by the engine's own kernel where it has one, else dy where y > 0.
 *
 * TensorFlow.js's composes a step function and a product, which was an eighth of an x-vector's training step, and
 * keeps the ReLU's input for it; this keeps the output, which the next layer keeps anyway.
 */
export function registerReluGradient(): void {
  tf.unregisterGradient(tf.Relu);
  tf.registerGradient({
    kernelName: tf.Relu,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => reluGrad(dy as tf.Tensor, y!) }),
  });
  tf.registerGradient({
    kernelName: reluGradKernel,
    inputsToSave: ['y'],
    gradFunc: (ddx, [y]) => ({ dy: () => reluGrad(ddx as tf.Tensor, y!), y: () => tf.zerosLike(y!) }),
  });
}

function reluGrad(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (dy.dtype === 'float32' && y.dtype === 'float32' && tf.getKernel(reluGradKernel, tf.getBackend())) {
    return tf.engine().runKernel(reluGradKernel, { dy, y });
  }
  return tf.mul(dy, tf.cast(tf.step(y), 'float32'));
}
