import { moduleOf } from '@s3/interface';
import { graphMean } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from '../layers/frame-mask.ts';
import type { Pooling } from './pooling.ts';

/** Mean over the valid frames (TAP; S3PRL also calls it `MeanPooling`). */
export function temporalAveragePooling(inputSize: number): Pooling {
  return {
    ...moduleOf({}),
    outputSize: inputSize,
    minFrames: 1,
    forward: ({ values, lengths }) => tf.tidy(() => frameMean(values, lengths, frameMask(values, lengths))),
    graph: graphMean,
  };
}

/** Mean over valid frames. (batch, frames, features) to (batch, features) */
export function frameMean(values: tf.Tensor3D, lengths: readonly number[], mask: tf.Tensor3D | undefined): tf.Tensor2D {
  if (!mask) return tf.mean(values, 1);
  return tf.div(tf.sum(tf.mul(values, mask), 1), tf.tensor2d([...lengths], [lengths.length, 1]));
}
