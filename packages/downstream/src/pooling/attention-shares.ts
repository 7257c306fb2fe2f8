import type { Embeddings, Frames } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from '../layers/frame-mask.ts';
import { shutBehind } from './graph-attention.ts';

/** Shares of the valid frames, (batch, frames, 1), that sum to 1: the softmax of one logit a frame. */
export function attentionShares({ values, lengths }: Frames, logits: tf.Tensor3D): tf.Tensor3D {
  const [batch, frames] = values.shape;
  const mask = frameMask(values, lengths);
  // softmax is over the last axis in every engine
  const flat = tf.reshape(mask ? tf.add(logits, tf.mul(tf.sub(mask, 1), 1e30)) : logits, [batch, frames]);
  return tf.expandDims(tf.softmax(flat), -1) as tf.Tensor3D;
}

/** Mean of each utterance's valid frames, weighted by `attentionShares`. */
export function attentiveMean(frames: Frames, logits: tf.Tensor3D): Embeddings {
  return tf.sum(tf.mul(frames.values, attentionShares(frames, logits)), 1) as tf.Tensor2D;
}

/** The same in the operations of a graph. @param logits (batch, frames, 1) */
export function graphAttentiveMean<T>(operations: GraphOperations<T>, { values, lengths }: GraphSequence<T>, logits: T): T {
  const shut = operations.add(operations.squeeze(logits, -1), shutBehind(operations, lengths, values));
  return operations.sum(operations.multiply(values, operations.expandDims(operations.softmax(shut), -1)), 1, false);
}
