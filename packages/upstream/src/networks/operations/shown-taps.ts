import * as tf from '@tensorflow/tfjs-core';
import type { Convolution } from './operations.ts';

/** The weight (outputs, inputs, taps) with zeros at the taps that are hidden. */
export function shownTaps(weight: tf.Tensor3D, hidden: Convolution['hiddenTaps']): tf.Tensor3D {
  if (!hidden) return weight;
  const shown = Float32Array.from({ length: weight.shape[2] }, (_, tap) => (tap >= hidden.from && tap < hidden.to ? 0 : 1));
  return tf.mul(weight, tf.tensor1d(shown));
}
