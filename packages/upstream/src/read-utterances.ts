import { InputError, type Waveforms } from '@s3/interface';

/**
 * The utterances of a batch on the host, without their padding.
 *
 * @throws InputError for a batch without utterances, lengths that do not fit the batch, samples that are not numbers
 */
export async function readUtterances({ values, lengths }: Waveforms): Promise<readonly Float32Array[]> {
  const [batch, samples] = values.shape;
  if (lengths.length !== batch || batch === 0) {
    throw new InputError(
      'waveforms',
      `${lengths.length} lengths for ${batch} rows`,
      'one length per row and at least one row',
      'Give every waveform its length.',
    );
  }
  lengths.forEach((length, row) => {
    if (Number.isInteger(length) && length >= 1 && length <= samples) return;
    throw new InputError(
      `waveforms, row ${row}`,
      `a length of ${length} samples`,
      `a whole number, 1 to ${samples}`,
      length === 0 ? 'Leave empty recordings out.' : 'Give the number of samples before the padding.',
    );
  });
  const data = (await values.data()) as Float32Array;
  return lengths.map((length, row) => {
    const utterance = data.subarray(row * samples, row * samples + length);
    const wrong = firstNotFinite(utterance);
    if (wrong >= 0) {
      throw new InputError(
        `waveforms, row ${row}, sample ${wrong}`,
        String(utterance[wrong]),
        'a number, usually -1..1',
        'Look for a broken recording or a division by a maximum of 0 before this.',
      );
    }
    return utterance;
  });
}

/** -1 for none. */
function firstNotFinite(samples: Float32Array): number {
  // a loop: hours of audio come this way
  for (let index = 0; index < samples.length; index++) if (!Number.isFinite(samples[index])) return index;
  return -1;
}
