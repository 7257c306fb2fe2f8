import { InputError } from '@s3/interface';
import type { NetworkConfig } from './hugging-face/network-config.ts';

/**
 * Bytes that the hidden states of one utterance take while they are computed, about: the widest moment of the convolutions or of
 * a layer's attention, beside all hidden states. With gradients what every layer keeps for them.
 *
 * @param frames of the utterance
 */
export function networkBytes(config: NetworkConfig, samples: number, frames: number, gradients: boolean): number {
  const { conv_dim, conv_stride, conv_kernel, hidden_size, intermediate_size, num_attention_heads, num_hidden_layers } = config;
  const steps = Math.max(0, (samples - conv_kernel[0]!) / conv_stride[0]!);
  const states = 2 * (num_hidden_layers + 1) * frames * hidden_size;
  // input, normalized and output of the first convolution
  const convolutions = 3 * conv_dim[0]! * steps;
  const isConformer = config.model_type === 'wav2vec2-conformer' || config.model_type === 'wav2vec2-bert';
  // with relative positions also products of every frame with twice as many distances, and those shifted
  const squares = (gradients ? 5 : 3) + (isConformer && config.position_embeddings_type?.startsWith('relative') ? 4 : 0);
  const along = (isConformer ? 8 : 4) * intermediate_size + (isConformer ? 24 : 12) * hidden_size;
  const layer = num_attention_heads * frames ** 2 * squares + frames * along;
  return 4 * (states + (gradients ? convolutions + num_hidden_layers * layer : Math.max(convolutions, layer)));
}

/**
 * @param utterance.seconds of the longest of the batch
 * @param bytesOf bytes for an utterance of so many seconds
 * @throws InputError with the seconds that fit, for a batch that does not fit into the memory that is free
 */
export function refuseTooLong(
  { seconds, batch, remedy }: { readonly seconds: number; readonly batch: number; readonly remedy: string },
  bytesOf: (seconds: number) => number,
  freeBytes: number,
): void {
  if (batch * bytesOf(seconds) <= freeBytes) return;
  let [fits, tooLong] = [0, seconds];
  while (tooLong - fits > 0.01 * tooLong) {
    const middle = (fits + tooLong) / 2;
    if (batch * bytesOf(middle) <= freeBytes) fits = middle;
    else tooLong = middle;
  }
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;
  throw new InputError(
    'waveforms',
    `${batch === 1 ? 'an utterance' : `${batch} utterances, the longest`} of ${seconds.toFixed(1)} s, which take about ${gigabytes(batch * bytesOf(seconds))}`,
    `at most ${fits.toPrecision(3)} s${batch === 1 ? '' : ' each'}, which fit into the ${gigabytes(freeBytes)} of memory that are free`,
    remedy,
  );
}
