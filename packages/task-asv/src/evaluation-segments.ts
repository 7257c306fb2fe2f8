import { InputError } from '@s3/interface';

/** How an utterance is cut for embedding: so many pieces of one length. */
export interface SegmentCut {
  readonly segments: number;
  /** samples of each piece */
  readonly samples: number;
}

/**
 * Pieces of one length, evenly spaced from the beginning of an utterance to its end; they overlap where it is short.
 *
 * An utterance shorter than a piece is repeated from its beginning, as ESPnet does it.
 *
 * @param waveform (samples,)
 * @returns views of the waveform where it is long enough
 * @throws InputError for an empty waveform, or numbers that are not whole and above 0
 */
export function evaluationSegments(waveform: Float32Array, { segments, samples }: SegmentCut): Float32Array[] {
  if (!(Number.isInteger(segments) && segments > 0 && Number.isInteger(samples) && samples > 0 && waveform.length > 0)) {
    throw new InputError(
      'segments',
      `${segments} of ${samples} samples out of ${waveform.length}`,
      'whole numbers above 0',
      'Set them higher.',
    );
  }
  const source = waveform.length < samples ? repeated(waveform, samples + 1) : waveform;
  const last = source.length - samples;
  return Array.from({ length: segments }, (_, segment) => {
    const start = segments === 1 ? 0 : Math.floor((last * segment) / (segments - 1));
    return source.subarray(start, start + samples);
  });
}

function repeated(waveform: Float32Array, length: number): Float32Array {
  return Float32Array.from({ length }, (_, sample) => waveform[sample % waveform.length]!);
}
