import { freemem } from 'node:os';
import { StateError, type Upstream } from '@s3/interface';
import { openCheckpoint, readCheckpointSettings } from './checkpoint/checkpoint-folder.ts';
import { networkUpstream, type PretrainedSettings } from './network-upstream.ts';
import { onnxSession } from './onnx/onnx-session.ts';

export type { PretrainedSettings } from './network-upstream.ts';

/**
 * A speech encoder with the weights of a folder in Hugging Face layout, or of a checkpoint file of S3PRL's own; frozen through onnxruntime-node or TensorFlow.js, trained in TensorFlow.js.
 *
 * Waveforms are normalized as the checkpoint's preprocessor says, padded with zeros, and
 * frames of padding are masked, as S3PRL's wrappers of Hugging Face models do.
 *
 * An utterance of n samples has ceil(n / downsampleRate) frames: where the network gives
 * fewer, the batch's last frame is repeated. A batch whose longest utterance is under 0.05 s
 * is lengthened to that with zeros first.
 *
 * @param name S3PRL's name of what a file of its own holds
 * @throws InputError, StateError for a checkpoint that is damaged or does not fit; InputError from `extract` and `forward` for
 *   an utterance too long for the memory that is free
 */
export async function pretrainedUpstream(folder: string, settings: PretrainedSettings, name?: string): Promise<Upstream> {
  const checkpointSettings = await readCheckpointSettings(folder, name);
  const { tensors, close } = await openCheckpoint(folder);
  const source = { settings: checkpointSettings, tensors, session: onnxSession, freeBytes: availableBytes };
  return networkUpstream(source, settings)
    .catch((error: unknown) => {
      throw error instanceof StateError ? new StateError([`the checkpoint is ${folder}`, ...error.problems]) : error;
    })
    .finally(close);
}

/** Memory that this process may still take; Node before 20.13 does not know of limits to it. */
const availableBytes = () => 0.9 * ((process as { readonly availableMemory?: () => number }).availableMemory?.() ?? freemem());
