import { InputError } from '@s3/interface';
import { type ExternalFiles, maxModelBytes } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { networkGraph } from '../../graph/network-graph.ts';
import { networkOf } from '../../networks/network-of.ts';
import { openCheckpoint, readCheckpointSettings } from '../checkpoint/checkpoint-folder.ts';
import { loadWeights } from '../checkpoint/load-weights.ts';
import { findCheckpoint } from '../hub/find-checkpoint.ts';
import { weightBytes } from './onnx-session.ts';

/**
 * A pretrained upstream as an ONNX model, for other programs.
 *
 * Inputs: `waveforms` (batch, samples), normalized where the checkpoint's preprocessor says so (of Mockingjay, TERA and Audio ALBERT: scaled to their level) and zero-padded, and
 * `mask` (batch, frames), 1 for the frames of the utterance; of w2v-BERT the frames of 10 ms that its own are made of. Outputs: `hidden_0`, `hidden_1`, ... (batch, frames, features).
 *
 * @param source a folder in Hugging Face layout, a checkpoint file of S3PRL's own, or a model's id on the hub
 * @returns the bytes of an `.onnx` file
 * @throws InputError, StateError as `pretrainedUpstream` does; InputError for weights of more than 2 GB without files for them
 */
export async function exportOnnx(
  source: string,
  {
    offline = false,
    name,
    external,
  }: {
    /** S3PRL's name of what a file of its own holds */
    readonly name?: string;
    readonly offline?: boolean;
    /** takes the weights of a model of more than 2 GB; its files have to lie beside the model, under their names */
    readonly external?: ExternalFiles;
  } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await findCheckpoint(source, { offline });
  const network = networkOf((await readCheckpointSettings(folder, name)).network);
  const bytes = weightBytes(network);
  if (!external && bytes > maxModelBytes) {
    throw new InputError(
      source,
      `weights of ${(bytes / 1e9).toFixed(1)} GB`,
      'less than the 2 GB that one ONNX file can hold',
      'Give `external`, a name for the file of the weights and a list that takes it.',
    );
  }
  const checkpoint = await openCheckpoint(folder);
  const variables = await loadWeights(checkpoint.tensors, network, () => false).finally(checkpoint.close);
  const model = networkGraph(network, variables, external);
  // every value has been asked for by now, so that the model is not written beside the weights
  tf.dispose(variables);
  return model;
}
