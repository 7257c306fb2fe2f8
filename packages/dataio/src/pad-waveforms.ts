import { InputError, type Waveforms } from '@s3/interface';
import { tensor2d } from '@tensorflow/tfjs-core';

/**
 * Joins items to one batch of waveforms, zero-padded to the longest.
 *
 * @returns (batch, samples); whoever asked for it disposes it
 * @throws InputError when there are no items
 */
export function padWaveforms(items: readonly { readonly waveform: Float32Array }[]): Waveforms {
  if (items.length === 0) throw new InputError('a batch', 'no items', 'at least one', 'Let the sampler leave empty batches out.');
  const lengths = items.map((item) => item.waveform.length);
  const longest = Math.max(...lengths);
  const values = new Float32Array(items.length * longest);
  items.forEach((item, row) => void values.set(item.waveform, row * longest));
  return { values: tensor2d(values, [items.length, longest]), lengths };
}
