import * as tf from '@tensorflow/tfjs-core';
import { fftSize, floor, window } from '../../features/kaldi-features.ts';
import { kaldiMelFilters } from '../../features/mel-filters.ts';
import { frameShift, sampleRate, windowSize } from '../../frame-grid.ts';
import { filterMatrix } from '../../graph/filter-matrix.ts';
import type { KaldiMel } from '../operations/spectrogram-operations.ts';

/** Kaldi's for samples of 16 bits. Those here are in -1..1: the logarithms are then less by a constant, near 0, and keep more digits. */
export const smallestPower = floor / 32_768 ** 2;
const emphasis = 0.97;
const bins = fftSize / 2 + 1;

const windows: { readonly [name in KaldiMel['window']]: Float32Array<ArrayBuffer> } = {
  povey: window,
  hanning: Float32Array.from({ length: windowSize }, (_, sample) => 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / (windowSize - 1))),
  hamming: Float32Array.from({ length: windowSize }, (_, sample) => 0.54 - 0.46 * Math.cos((2 * Math.PI * sample) / (windowSize - 1))),
};

/** The window of each kind, of the samples of a frame. */
export const kaldiWindow = (kind: KaldiMel['window']): Float32Array<ArrayBuffer> => windows[kind];

const filters = new Map<KaldiMel['window'], Float32Array>();

/** Mel bands of a power spectrum, (frequencies, bands). */
export const kaldiMelMatrix = (bands: number): tf.Tensor2D => filterMatrix(kaldiMelFilters(bands, fftSize, sampleRate), bins);

/** What Kaldi does to a frame before its spectrum, and the spectrum, as filters of one convolution: (samples, 1, outputs). */
function spectrumFilters(kind: KaldiMel['window']): tf.Tensor3D {
  const known = filters.get(kind);
  if (known) return tf.tensor3d(known, [windowSize, 1, 2 * bins]);
  const made = new Float32Array(windowSize * 2 * bins);
  for (let output = 0; output < 2 * bins; output++) {
    const wave = Float64Array.from({ length: windowSize }, (_, sample) => {
      const angle = (2 * Math.PI * (((output % bins) * sample) % fftSize)) / fftSize;
      return windows[kind][sample]! * (output < bins ? Math.cos(angle) : Math.sin(angle));
    });
    // the first sample stands for the one before it
    const emphasized = wave.map((value, sample) => value - emphasis * (wave[sample + 1] ?? 0) - (sample === 0 ? emphasis * value : 0));
    const mean = emphasized.reduce((sum, value) => sum + value, 0) / windowSize;
    for (let sample = 0; sample < windowSize; sample++) made[sample * 2 * bins + output] = emphasized[sample]! - mean;
  }
  filters.set(kind, made);
  return tf.tensor3d(made, [windowSize, 1, 2 * bins]);
}

/** Waveforms (batch, samples) to Kaldi's log mel bands, (batch, frames, bands). */
export function kaldiMel(waveforms: tf.Tensor2D, { bins: bands, window: kind, floor: smallest }: KaldiMel): tf.Tensor3D {
  return tf.tidy(() => {
    const spectrum = tf.conv1d(tf.expandDims(waveforms, -1) as tf.Tensor3D, spectrumFilters(kind), frameShift, 'valid');
    const [real, imaginary] = tf.split(tf.square(spectrum), 2, -1);
    const rows = tf.reshape(tf.add(real!, imaginary!), [-1, bins]);
    const mel = tf.matMul(rows, kaldiMelMatrix(bands));
    return tf.reshape(tf.log(tf.maximum(mel, smallest)), [waveforms.shape[0], -1, bands]);
  });
}
