import { type FeatureMatrix, featureMatrix, normalizeMeanVariance } from './feature-matrix.ts';
import { frameShift, windowSize } from './frame-grid.ts';
import { powerSpectrum } from './power-spectrum.ts';

/** frequencies of the spectrum */
export const stftBins = windowSize / 2 + 1;

/** Writes the features of one frame's power spectrum (bins,) to `values`, from `offset` on, before the logarithm. */
export type SpectrumWriter = (power: Float64Array, values: Float32Array, offset: number) => void;

// rounded as the original's, which is float32
const f = Math.fround;
const hann = Float32Array.from({ length: windowSize }, (_, index) => 0.5 - 0.5 * f(Math.cos(f(index * f((2 * Math.PI) / windowSize)))));
const reach = windowSize / 2;

/**
 * Log spectra by a short-time Fourier transform of the batch, each normalized over its utterance or not.
 *
 * Frames of 400 samples centered on every 160th one, the batch mirrored at both ends (`torch.stft`),
 * Hann's window, log(power + 1e-10). As in S3PRL's preprocessor, which knows the padded batch
 * alone: an utterance shorter than the longest sees zeros at its end rather than its mirror
 * image, and it is normalized over the frames up to its last sample that is not 0.
 *
 * @param waveforms the longest has at least 201 samples
 * @param keepZeros an utterance ends at its given length instead
 * @returns the frames of each utterance; those that S3PRL cuts are zero
 */
export function stftFeatures(
  waveforms: readonly Float32Array[],
  size: number,
  write: SpectrumWriter,
  { cmvn, keepZeros }: { readonly cmvn: boolean; readonly keepZeros: boolean },
): FeatureMatrix[] {
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
    const { frame, power, compute } = powerSpectrum(windowSize);
    for (let index = 0; index < matrix.frames; index++) {
      const start = index * frameShift - reach;
      for (let sample = 0; sample < windowSize; sample++) {
        const position = Math.abs(start + sample);
        const mirrored = position < samples ? position : 2 * (samples - 1) - position;
        frame[sample] = mirrored < waveform.length ? waveform[mirrored]! * hann[sample]! : 0;
      }
      compute();
      write(power, matrix.values, index * size);
    }
    for (let position = 0; position < matrix.values.length; position++)
      matrix.values[position] = Math.log(matrix.values[position]! + 1e-10);
    if (cmvn) normalizeMeanVariance(matrix);
    matrix.values.fill(0, roundHalfToEven(waveform.length * kept) * size);
    return matrix;
  });
}

/** All of it where there is nothing but zeros. */
function lengthWithoutZeros(waveform: Float32Array): number {
  return waveform.findLastIndex((sample) => sample !== 0) + 1 || waveform.length;
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
