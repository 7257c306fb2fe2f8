import { type Checkpointable, type Json, S3Error, StateError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { CheckpointPart, CheckpointState } from './checkpoint-state.ts';

/**
 * Gives a part the tensors of a checkpoint, which are disposed.
 *
 * @param path the file that they come from, for messages
 * @throws StateError when the part was built otherwise
 */
export function loadPart(
  part: CheckpointPart,
  into: Checkpointable,
  tensors: tf.NamedTensorMap,
  state: CheckpointState,
  path: string,
): void {
  try {
    into.loadState({ tensors, values: state.values[part] as { readonly [key: string]: Json } });
  } catch (error) {
    // the part knows its tensors but not where they come from
    if (S3Error.isInstance(error) && error.name === 'StateError') {
      throw new StateError([
        `${path}, the ${part} of a checkpoint, was built otherwise than the ${part} now`,
        ...(error as StateError).problems,
      ]);
    }
    throw error;
  } finally {
    tf.dispose(tensors);
  }
}
