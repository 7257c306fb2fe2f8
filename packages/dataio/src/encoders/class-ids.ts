import type { LabelEncoder } from '@s3/interface';
import { type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';

/**
 * Class ids of a batch's labels. (batch,), int32
 *
 * @throws InputError for a label that the encoder does not know
 */
export function classIds<Label>(encoder: LabelEncoder<Label>, labels: readonly Label[]): Tensor1D {
  return tensor1d(
    Int32Array.from(labels, (label) => encoder.encode(label)),
    'int32',
  );
}
