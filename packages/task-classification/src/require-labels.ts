import { InputError, type Waveforms } from '@s3/interface';

/** @throws InputError unless there are labels for each waveform: a single one would silently stand for all */
export function requireLabels({ labels, waveforms }: { readonly labels: readonly unknown[]; readonly waveforms: Waveforms }): void {
  const rows = waveforms.lengths.length;
  if (Array.isArray(labels) && labels.length === rows) return;
  throw new InputError(
    'the labels of a batch',
    Array.isArray(labels) ? `${labels.length} for ${rows} waveforms` : 'no list',
    'an entry for each waveform, as text',
    'Let collate give every utterance its label.',
  );
}
