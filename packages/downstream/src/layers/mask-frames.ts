import * as tf from '@tensorflow/tfjs-core';
import { frameMask } from './frame-mask.ts';

/** Zeros behind the end of each utterance. */
export function maskFrames(values: tf.Tensor3D, lengths: readonly number[]): tf.Tensor3D {
  const mask = frameMask(values, lengths);
  return mask ? tf.mul(values, mask) : values;
}
