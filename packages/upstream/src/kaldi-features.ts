import { type FeatureMatrix, featureMatrix } from './feature-matrix.ts';
import { frameShift, shortestSamples, windowSize, zeroPadded } from './frame-grid.ts';
import { powerSpectrum } from './power-spectrum.ts';

/** samples that are transformed: a frame and zeros after it */
export const fftSize = 512;

/** Writes the features of one frame to `values`, from `offset` on; `power` (bins,) is overwritten by the next frame, `energy` is that of its samples. */
export type FrameWriter = (power: Float64Array, energy: number, values: Float32Array, offset: number) => void;

/** Natural logarithm of an energy, which Kaldi keeps above float32's epsilon. */
export function logEnergy(energy: number): number {
  return Math.log(Math.max(energy, 2 ** -23));
}

// The original's samples and tables are float32. Its rounding before the transform is as loud as the quietest
// frequencies, so each step is rounded as there; the transform itself is done in double precision.
const f = Math.fround;
const preemphasis = f(0.97);
// Povey's window: like Hann's, to the power of 0.85
const window = Float32Array.from(
  { length: windowSize },
  (_, index) => f(0.5 - 0.5 * f(Math.cos(f(index * f((2 * Math.PI) / (windowSize - 1)))))) ** f(0.85),
);

/**
 * Cuts a waveform to Kaldi's frames and lets `write` make features of each one's power spectrum.
 *
 * Frames of 25 ms every 10 ms, only those that lie wholly within the waveform; each one's mean is
 * taken off, then pre-emphasis 0.97, Povey's window and 512 points of FFT. No dither, no scaling:
 * samples are -1..1.
 *
 * Povey et al., "The Kaldi Speech Recognition Toolkit", 2011; the numbers follow `torchaudio.compliance.kaldi`.
 *
 * @param size features per frame of the matrix; `write` may leave some of them for later
 * @returns a row per frame; a waveform shorter than one frame is padded to 800 samples first, as if it were alone, where S3PRL fails
 */
export function kaldiFeatures(waveform: Float32Array, size: number, write: FrameWriter): FeatureMatrix {
  const samples = waveform.length < windowSize ? zeroPadded(waveform, shortestSamples) : waveform;
  const matrix = featureMatrix(1 + Math.floor((samples.length - windowSize) / frameShift), size);
  const { frame, power, compute } = powerSpectrum(fftSize);
  for (let index = 0; index < matrix.frames; index++) {
    const start = index * frameShift;
    let sum = 0;
    for (let sample = 0; sample < windowSize; sample++) sum += samples[start + sample]!;
    const mean = f(sum / windowSize);
    let energy = 0;
    let previous = f(samples[start]! - mean);
    for (let sample = 0; sample < windowSize; sample++) {
      const value = f(samples[start + sample]! - mean);
      energy += value * value;
      frame[sample] = f(f(value - f(preemphasis * previous)) * window[sample]!);
      previous = value;
    }
    compute();
    write(power, energy, matrix.values, index * size);
  }
  return matrix;
}
