import type { Waveforms } from '@s3/interface';
import { padWaveforms } from './pad-waveforms.ts';

/** What every task needs of its utterances; recipes add labels. */
export interface UtteranceBatch {
  /** (batch, samples) */
  readonly waveforms: Waveforms;
  /** (batch,) ids */
  readonly utterances: readonly string[];
}

/** Joins items of an `audioDataset` to one batch: zero-padded waveforms, and whose they are. */
export function utteranceBatch(items: readonly { readonly id: string; readonly waveform: Float32Array }[]): UtteranceBatch {
  return { waveforms: padWaveforms(items), utterances: items.map(({ id }) => id) };
}
