import * as tf from '@tensorflow/tfjs-core';

/**
 * Cross entropy of each utterance: minus the logarithm of the probability given to its class.
 *
 * @param logits (batch, classes), before the softmax
 * @param classes (batch,) the right class ids
 * @returns (batch,)
 */
export function crossEntropy(logits: tf.Tensor2D, classes: readonly number[]): tf.Tensor1D {
  return tf.tidy(() => {
    const right = tf.oneHot(tf.tensor1d([...classes], 'int32'), logits.shape[1]);
    return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), right), -1)) as tf.Tensor1D;
  });
}
