import * as tf from '@tensorflow/tfjs-core';
import { htkMelFilters } from '../../features/mel-filters.ts';
import { sampleRate } from '../../frame-grid.ts';
import { filterMatrix } from '../../graph/filter-matrix.ts';
import type { CenteredMel } from '../operations/picture-operations.ts';

/** added to the power before its logarithm: float32's epsilon */
export const addedPower = 2 ** -23;

/** Mel bands of a power spectrum, (frequencies, bands). */
export function centeredMelMatrix({ bins, window, lowest, highest }: CenteredMel): tf.Tensor2D {
  const frequencies = window / 2 + 1;
  return filterMatrix(htkMelFilters(bins, frequencies, sampleRate, { lowest, highest }), frequencies);
}

/** Where each sample of the waveform, mirrored at both ends by half a window, comes from. */
export function mirroredSamples({ window, samples }: CenteredMel): Int32Array {
  const reach = window / 2;
  return Int32Array.from({ length: samples + 2 * reach }, (_, index) => {
    const place = Math.abs(index - reach);
    return place < samples ? place : 2 * (samples - 1) - place;
  });
}

/** Hann's window, periodic. */
export const centeredWindow = ({ window }: CenteredMel): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: window }, (_, sample) => 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / window));

/** Waveforms (batch, samples) to log mel bands (batch, frames, bins). */
export function centeredMel(waveforms: tf.Tensor2D, mel: CenteredMel): tf.Tensor3D {
  return tf.tidy(() => {
    const { window, shift } = mel;
    const bins = window / 2 + 1;
    const taper = centeredWindow(mel);
    const filters = new Float32Array(window * 2 * bins);
    for (let sample = 0; sample < window; sample++) {
      for (let bin = 0; bin < bins; bin++) {
        const angle = (2 * Math.PI * ((bin * sample) % window)) / window;
        filters[sample * 2 * bins + bin] = taper[sample]! * Math.cos(angle);
        filters[sample * 2 * bins + bins + bin] = taper[sample]! * Math.sin(angle);
      }
    }
    const whole = tf.expandDims(tf.gather(waveforms, tf.tensor1d(mirroredSamples(mel), 'int32'), 1), -1) as tf.Tensor3D;
    const spectrum = tf.conv1d(whole, tf.tensor3d(filters, [window, 1, 2 * bins]), shift, 'valid');
    const [real, imaginary] = tf.split(tf.square(spectrum), 2, -1);
    const rows = tf.reshape(tf.add(real!, imaginary!), [-1, bins]);
    const bands = tf.reshape(tf.matMul(rows, centeredMelMatrix(mel)), [waveforms.shape[0], -1, mel.bins]);
    return tf.log(tf.add(bands, addedPower)) as tf.Tensor3D;
  });
}
