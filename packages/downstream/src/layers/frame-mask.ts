import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';

/** 1 on valid frames, else 0, (batch, frames, 1); undefined where no utterance is padded, since masking costs a copy. */
export function frameMask(values: tf.Tensor3D, lengths: readonly number[]): tf.Tensor3D | undefined {
  const frames = values.shape[1];
  return lengths.every((length) => length >= frames) ? undefined : (tf.expandDims(lengthMask(lengths, frames), -1) as tf.Tensor3D);
}
