import { frameShift, windowSize } from '../frame-grid.ts';
import { type FeatureMatrix, featureMatrix, normalizeMeanVariance } from './feature-matrix.ts';
import type { MelFilters } from './mel-filters.ts';
import { spectrumPair } from './spectrum-pair.ts';

/** frequencies of the spectrum */
export const stftBins = windowSize / 2 + 1;

// rounded as the original's, which is float32
const f = Math.fround;
export const hann = Float32Array.from(
  { length: windowSize },
  (_, index) => 0.5 - 0.5 * f(Math.cos(f(index * f((2 * Math.PI) / windowSize)))),
);
const reach = windowSize / 2;

/**
 * Log spectra by a short-time Fourier transform of the batch, each normalized over its utterance or not.
 *
 * Frames of 400 samples centered on every 160th one, the batch mirrored at both ends (`torch.stft`),
 * Hann's window, log(power + 1e-10). As in S3PRL's preprocessor, which knows the padded batch
 * alone: an utterance shorter than the longest sees zeros at its end rather than its mirror
 * image, and it is normalized over the frames up to its last sample that is not 0.
 *
 * @param filters features are sums of the power under these; without them the power of each frequency
 * @param keepZeros an utterance ends at its given length instead
 * @returns what gives the frames of each utterance of a batch, the longest of which has at least 201 samples; frames that S3PRL cuts are zero
 */
export function stftFeatures(
  { cmvn, keepZeros }: { readonly cmvn: boolean; readonly keepZeros: boolean },
  filters?: MelFilters,
): (waveforms: readonly Float32Array[]) => FeatureMatrix[] {
  const { frames: pair, bands, compute } = spectrumPair(windowSize, { filters, logarithm: { offset: 1e-10 } });
  const size = bands.length / 2;
  return (waveforms) => {
    const samples = Math.max(...waveforms.map((waveform) => waveform.length));
    const frames = 1 + Math.floor(samples / frameShift);
    const rate = samples / frames;
    const counts = waveforms.map((waveform) =>
      cmvn ? roundHalfToEven((keepZeros ? waveform.length : lengthWithoutZeros(waveform)) / rate) : frames,
    );
    // S3PRL scales by the first utterance, whichever is the longest
    const kept = Math.max(...counts) / waveforms[0]!.length;
    return waveforms.map((waveform, item) => {
      const matrix = featureMatrix(counts[item]!, size);
      for (let index = 0; index < matrix.frames; index += 2) {
        for (const which of [0, 1]) {
          const start = (index + which) * frameShift - reach;
          for (let sample = 0; sample < windowSize; sample++) {
            const position = Math.abs(start + sample);
            const mirrored = position < samples ? position : 2 * (samples - 1) - position;
            pair[2 * sample + which] = mirrored < waveform.length ? (waveform[mirrored] ?? 0) * hann[sample]! : 0;
          }
        }
        compute();
        const row = matrix.values.subarray(index * size, (index + 2) * size);
        for (let position = 0; position < row.length; position++) {
          const which = position < size ? 0 : 1;
          row[position] = bands[2 * (position - which * size) + which]!;
        }
      }
      if (cmvn) normalizeMeanVariance(matrix);
      matrix.values.fill(0, roundHalfToEven(waveform.length * kept) * size);
      return matrix;
    });
  };
}

/** All of it where there is nothing but zeros. */
function lengthWithoutZeros(waveform: Float32Array): number {
  return waveform.findLastIndex((sample) => sample !== 0) + 1 || waveform.length;
}

/** Python's `round`. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
