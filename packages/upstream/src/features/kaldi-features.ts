import { frameShift, shortestSamples, windowSize, zeroPadded } from '../frame-grid.ts';
import { type FeatureMatrix, featureMatrix } from './feature-matrix.ts';
import type { MelFilters } from './mel-filters.ts';
import { spectrumPair } from './spectrum-pair.ts';

/** samples that are transformed: a frame and zeros after it */
export const fftSize = 512;

/**
 * Writes the features of one frame to `values`, from `offset` on.
 *
 * @param bands (bands, 2) log power of each frequency, or log energy under each filter, of two frames
 * @param which of the two
 * @param logEnergy that of the frame's samples
 */
export type FrameWriter = (bands: Float64Array, which: 0 | 1, logEnergy: number, values: Float32Array, offset: number) => void;

/** Kaldi keeps energies above float32's epsilon before it takes their logarithm. */
export const floor = 2 ** -23;

// The original's samples and tables are float32. Its rounding before the transform is as loud as the quietest
// frequencies, so each step is rounded as there; the transform itself is done in double precision.
const f = Math.fround;
// Povey's window: like Hann's, to the power of 0.85
export const window = Float32Array.from(
  { length: windowSize },
  (_, index) => f(0.5 - 0.5 * f(Math.cos(f(index * f((2 * Math.PI) / (windowSize - 1)))))) ** f(0.85),
);

/**
 * Cuts waveforms to Kaldi's frames and lets `write` make features of each one's power spectrum.
 *
 * Frames of 25 ms every 10 ms, only those that lie wholly within the waveform; each one's mean is
 * taken off, then pre-emphasis 0.97, Povey's window and 512 points of FFT. No dither, no scaling:
 * samples are -1..1.
 *
 * Povey et al., "The Kaldi Speech Recognition Toolkit", 2011; the numbers follow `torchaudio.compliance.kaldi`.
 *
 * @param size features per frame of the matrix; `write` may leave some of them for later
 * @param filters `write` is given the energies under these; without them the power of each frequency
 * @returns what makes a matrix, a row per frame, of a waveform; one shorter than a frame is padded to 800 samples first, as if it were alone, where S3PRL fails
 */
export function kaldiFeatures(size: number, write: FrameWriter, filters?: MelFilters): (waveform: Float32Array) => FeatureMatrix {
  const { bands, cutKaldi, compute } = spectrumPair(fftSize, { filters, logarithm: { floor }, kaldi: { window, shift: frameShift } });
  return (waveform) => {
    const samples = waveform.length < windowSize ? zeroPadded(waveform, shortestSamples) : waveform;
    const matrix = featureMatrix(1 + Math.floor((samples.length - windowSize) / frameShift), size);
    for (let index = 0; index < matrix.frames; index += 2) {
      const [first, second] = cutKaldi(samples, index * frameShift);
      compute();
      write(bands, 0, Math.log(Math.max(first, floor)), matrix.values, index * size);
      if (index + 1 < matrix.frames) write(bands, 1, Math.log(Math.max(second, floor)), matrix.values, (index + 1) * size);
    }
    return matrix;
  };
}
