import { type Embeddings, type Mode, type Module, moduleOf, type Random } from '@s3/interface';
import type { GraphOperations } from '@s3/interface/graph';
import { linear } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchNorm } from '../layers/batch-norm.ts';

export const embeddingSizeSetting = z
  .int()
  .positive()
  .nullable()
  .default(null)
  .describe(
    'features of the embedding, which batch normalization and a linear layer make of what is pooled; null: what is pooled is the embedding',
  );

/** What is pooled, to an embedding. */
export interface EmbeddingProjector extends Module {
  readonly outputSize: number;
  /** (batch, inputSize) to (batch, outputSize) */
  readonly forward: (pooled: Embeddings, mode: Mode) => Embeddings;
  readonly graph: <T>(operations: GraphOperations<T>, pooled: T) => T;
}

/** Makes a small embedding of what a pooling gives: batch normalization, then a linear layer (ESPnet's `rawnet3` projector). */
export function embeddingProjector(inputSize: number, outputSize: number, random: Random): EmbeddingProjector {
  const bn = batchNorm(inputSize);
  const fc = linear(inputSize, outputSize, random);
  return {
    ...moduleOf({ bn, fc }),
    outputSize,
    forward: (pooled, mode) =>
      tf.tidy(() => fc.forward(tf.squeeze(bn.forward(tf.expandDims(pooled, 1) as tf.Tensor3D, mode), [1]) as tf.Tensor2D)),
    graph: (operations, pooled) => operations.affine(bn.graph(operations, pooled), fc.weight, fc.bias),
  };
}
