import { StateError } from '@s3/interface';
import { weightOf } from '@s3/interface/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Network } from '../../networks/network.ts';
import type { StoredTensor } from '../tensor-files/stored-tensor.ts';

/** Names of the encoder inside a checkpoint that has more than it. */
const encoderPrefixes = [
  'model.',
  'wav2vec2.',
  'hubert.',
  'wavlm.',
  'unispeech.',
  'unispeech_sat.',
  'data2vec_audio.',
  'wav2vec2_conformer.',
  'wav2vec2_bert.',
  'audio_spectrogram_transformer.',
];

/** Other spellings of a name: weight normalization before PyTorch 2.1. */
const oldNames: readonly (readonly [end: string, now: string])[] = [
  ['.conv.weight_g', '.conv.parametrizations.weight.original0'],
  ['.conv.weight_v', '.conv.parametrizations.weight.original1'],
];

/** Parts of pretraining, of fine-tuned heads and of PyTorch's own keeping, which hidden states have no need of. */
const headNames =
  /^(masked_spec_embed$|quantizer\.|project_q\.|project_hid\.|final_proj\.|label_embs_concat$|label_embeddings_concat$|dropout_features\.|speaker_proj\.|layer_norm_for_extract\.|lm_head\.|projector\.|classifier\.|layer_weights$|tdnn\.|feature_extractor_proj\.|objective\.|encoder\.embed_positions\.inv_freq$|adapter\.|intermediate_ffn\.|decoder\.|proj_out\.|.*\.num_batches_tracked$)/;

/**
 * Reads the weights of a network from a checkpoint, each as a variable that the caller owns.
 *
 * @param network what it reads, and what else its checkpoints have
 * @param trainable which weights may be trained
 * @throws StateError naming every tensor that is missing, unknown or misshapen; nothing has been read then
 */
export async function loadWeights(
  stored: ReadonlyMap<string, StoredTensor>,
  { weights, unread }: Pick<Network, 'weights' | 'unread'>,
  trainable: (name: string) => boolean,
): Promise<{ readonly [name: string]: tf.Variable }> {
  const given = new Map([...stored].map(([name, tensor]) => [currentName(name), tensor]));
  const wanted = new Set(weights.map(({ name }) => name));
  const problems = weights.flatMap(({ name, shape }) => {
    const tensor = given.get(name);
    if (!tensor) return [`${name}: missing`];
    return tensor.shape.join() === shape.join() ? [] : [`${name}: has shape [${tensor.shape}], needs [${shape}]`];
  });
  for (const name of given.keys())
    if (!wanted.has(name) && !headNames.test(name) && !unread?.test(name)) problems.push(`${name}: unknown here`);
  if (problems.length > 0) throw new StateError(problems);

  const variables: { [name: string]: tf.Variable } = {};
  try {
    for (const { name, shape } of weights) {
      variables[name] = weightOf(tf.tensor(await given.get(name)!.read(), [...shape]), trainable(name));
    }
    return variables;
  } catch (error) {
    tf.dispose(variables);
    throw error;
  }
}

/** The tensors of the encoder alone, by the names that they have today. */
export function encoderTensors(stored: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  return new Map([...stored].map(([name, tensor]) => [currentName(name), tensor] as const).filter(([name]) => !headNames.test(name)));
}

function currentName(name: string): string {
  const prefix = encoderPrefixes.find((start) => name.startsWith(start)) ?? '';
  const own = name.slice(prefix.length);
  const renamed = oldNames.find(([end]) => own.endsWith(end));
  return renamed ? own.slice(0, -renamed[0].length) + renamed[1] : own;
}
