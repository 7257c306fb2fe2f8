import { InputError, type Waveforms } from '@s3/interface';
import { paddedWaveforms } from '@s3/interface/tensors';

/**
 * Joins items to one batch of waveforms, zero-padded to the longest.
 *
 * @returns (batch, samples); whoever asked for it disposes it
 * @throws InputError when there are no items
 */
export function padWaveforms(items: readonly { readonly waveform: Float32Array }[]): Waveforms {
  if (items.length === 0) throw new InputError('a batch', 'no items', 'at least one', 'Let the sampler leave empty batches out.');
  return paddedWaveforms(items.map(({ waveform }) => waveform));
}
