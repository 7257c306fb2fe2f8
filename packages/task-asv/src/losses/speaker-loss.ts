import type { Embeddings, Module } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/** Teaches a model to tell the training speakers apart. */
export interface SpeakerLoss extends Module {
  /**
   * @param embeddings (batch, features)
   * @param speakers (batch,) class ids, int32
   */
  readonly forward: (embeddings: Embeddings, speakers: tf.Tensor1D) => SpeakerLossOutput;
}

/** What a loss is made for. */
export interface LossSizes {
  /** features of an embedding */
  readonly inputSize: number;
  /** training speakers */
  readonly outputSize: number;
}

/** What a loss says of a batch. */
export interface SpeakerLossOutput {
  /** mean over the batch */
  readonly loss: tf.Scalar;
  /** (batch, speakers), as the loss sees them: with a margin where it has one */
  readonly logits: tf.Tensor2D;
  /** (batch, speakers), higher is likelier; never with a margin, so the largest is the speaker recognised */
  readonly likeness: tf.Tensor2D;
}

/** Rows (axis 1) or columns (axis 0) of length 1; those shorter than 1e-12 are divided by that instead. */
export function unitLength(x: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
  // the square is bounded, not the root: the gradient of a root of zero is not finite
  const length = tf.sqrt(tf.maximum(tf.sum(tf.square(x), axis, true), 1e-24));
  return tf.div(x, length);
}

/** Mean over the batch. @param oneHot (batch, classes), float32 */
export function crossEntropy(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1))) as tf.Scalar;
}

/** (batch, classes), float32 */
export function oneHotOf(classIds: tf.Tensor1D, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(classIds, classes), 'float32') as tf.Tensor2D;
}
