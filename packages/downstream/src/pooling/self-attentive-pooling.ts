import type { Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { frameAttention } from './frame-attention.ts';
import type { Pooling } from './pooling.ts';

/**
 * Mean over the valid frames, weighted by learned attention (SAP).
 *
 * Zhu et al., "Self-Attentive Speaker Embeddings for Text-Independent Speaker
 * Verification", 2018.
 */
export function selfAttentivePooling(inputSize: number, random: Random): Pooling {
  const attention = frameAttention(inputSize, random);
  return {
    ...attention,
    outputSize: inputSize,
    minFrames: 1,
    forward: (frames) => tf.tidy(() => tf.sum(tf.mul(frames.values, attention.forward(frames)), 1) as tf.Tensor2D),
    graph: (operations, frames) => operations.sum(operations.multiply(frames.values, attention.graph(operations, frames)), 1, false),
  };
}
