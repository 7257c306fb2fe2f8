import { type Embeddings, inference, type WaveformModel, type Waveforms } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Probabilities of each waveform, for each of several groups of neighbouring logits.
 *
 * @param sizes logits of each group
 * @param activation what makes probabilities of a group's logits
 */
export async function probabilityRows(
  model: WaveformModel<Embeddings>,
  waveforms: Waveforms,
  sizes: readonly number[],
  activation: (logits: tf.Tensor2D) => tf.Tensor2D = (logits) => tf.softmax(logits),
): Promise<Float32Array[][]> {
  const input = await model.prepare(waveforms);
  const probabilities = tf.tidy(() => tf.split<tf.Tensor2D>(model.forward(input, inference), [...sizes], 1).map(activation));
  // prepared waveforms are the caller's own
  if ('layers' in input) tf.dispose(input.layers.map((frames) => frames.values));
  const values = await Promise.all(probabilities.map((group) => group.data() as Promise<Float32Array>));
  tf.dispose(probabilities);
  return waveforms.lengths.map((_, row) => values.map((group, index) => group.slice(row * sizes[index]!, (row + 1) * sizes[index]!)));
}
