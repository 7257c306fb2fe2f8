import { type Embeddings, type Frames, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations, GraphSequence } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { attentiveMean, graphAttentiveMean } from '../pooling/attention-shares.ts';

/** Frames to the logits of classes: the mean weighted by attention, two linear layers. */
export interface AttentiveHead {
  /** its layers, to be spread beside others */
  readonly modules: { readonly pooling: Module; readonly out_layer: Module };
  readonly forward: (frames: Frames) => Embeddings;
  readonly graph: <T>(operations: GraphOperations<T>, frames: GraphSequence<T>) => T;
}

/** How S3PRL's convolutional classifiers of emotions end; layers have the names that the original's have. */
export function attentiveHead(
  { inputSize, hiddenSize, outputSize }: { readonly inputSize: number; readonly hiddenSize: number; readonly outputSize: number },
  random: Random,
): AttentiveHead {
  const attention = linear(inputSize, 1, random);
  const hidden = linear(inputSize, hiddenSize, random);
  const final = linear(hiddenSize, outputSize, random);
  return {
    modules: { pooling: moduleOf({ W: attention }), out_layer: moduleOf({ 0: hidden, 2: final }) },
    forward: (frames) => final.forward(tf.relu(hidden.forward(attentiveMean(frames, attention.forward(frames.values))))),
    graph(operations, frames) {
      const logits = operations.affine(frames.values, attention.weight, attention.bias);
      const pooled = graphAttentiveMean(operations, frames, logits);
      return operations.affine(operations.relu(operations.affine(pooled, hidden.weight, hidden.bias)), final.weight, final.bias);
    },
  };
}
