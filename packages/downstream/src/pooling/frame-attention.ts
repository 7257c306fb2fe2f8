import { type Frames, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import { linear, weightOf } from '@s3/interface/layers';
import { normalTensor } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';
import { attentionShares } from './attention-shares.ts';
import { shutBehind } from './graph-attention.ts';

/** A learned share of each frame in its utterance. */
export interface FrameAttention extends Module {
  /** (batch, frames, features) to shares (batch, frames, 1) that sum to 1 over the valid frames */
  readonly forward: (frames: Frames) => tf.Tensor3D;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => T;
}

/**
 * Attention by one learned query over tanh of a linear layer.
 *
 * The query starts from Xavier's normal values; the original leaves it uninitialised,
 * so that its start depends on what the memory held before.
 */
export function frameAttention(inputSize: number, random: Random): FrameAttention {
  const attention = weightOf(normalTensor([inputSize, 1], Math.sqrt(2 / (inputSize + 1)), random)) as tf.Variable<tf.Rank.R2>;
  const projection = linear(inputSize, inputSize, random);
  return {
    ...moduleOf({ attention, sap_linear: projection }),
    forward: ({ values, lengths }) =>
      tf.tidy(() => {
        const [batch, frames] = values.shape;
        const keys = tf.reshape(tf.tanh(projection.forward(values)), [batch * frames, inputSize]);
        const logits = tf.reshape(tf.matMul(keys, attention), [batch, frames, 1]) as tf.Tensor3D;
        return attentionShares({ values, lengths }, logits);
      }),
    graph(operations, { values, lengths }) {
      const keys = operations.tanh(operations.affine(values, projection.weight, projection.bias));
      const logits = operations.squeeze(operations.matMul(keys, operations.constant(attention)), -1);
      return operations.expandDims(operations.softmax(operations.add(logits, shutBehind(operations, lengths, values))), -1);
    },
  };
}
