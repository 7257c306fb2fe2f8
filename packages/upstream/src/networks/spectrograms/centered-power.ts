import * as tf from '@tensorflow/tfjs-core';
import { frameShift } from '../../frame-grid.ts';

/** Hann's window of so many samples, periodic, as PyTorch makes it for spectra. */
export const hannWindow = (window: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: window }, (_, sample) => 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / window));

/** Places of half a window's samples that mirror those beside the edge: before the first of so many, and behind the last. */
export function mirroredPlaces(samples: number, window: number): readonly [before: Int32Array, behind: Int32Array] {
  const places = (place: (index: number) => number) => Int32Array.from({ length: window / 2 }, (_, index) => place(index));
  return [places((index) => window / 2 - index), places((index) => samples - 2 - index)];
}

const bases = new Map<number, Float32Array>();

/** Windowed cosines, then sines, of each frequency as filters of a convolution, (samples, 1, outputs). */
function spectrumFilters(window: number): tf.Tensor3D {
  const bins = window / 2 + 1;
  let basis = bases.get(window);
  if (!basis) {
    const taper = hannWindow(window);
    basis = new Float32Array(window * 2 * bins);
    for (let sample = 0; sample < window; sample++) {
      for (let bin = 0; bin < bins; bin++) {
        const angle = (2 * Math.PI * ((bin * sample) % window)) / window;
        basis[sample * 2 * bins + bin] = taper[sample]! * Math.cos(angle);
        basis[sample * 2 * bins + bins + bin] = taper[sample]! * Math.sin(angle);
      }
    }
    bases.set(window, basis);
  }
  return tf.tensor3d(basis, [window, 1, 2 * bins]);
}

/**
 * Power of each frequency in frames that are centered on every 10 ms, the waveforms mirrored at both ends (`torch.stft`).
 *
 * @param waveforms (batch, samples)
 * @param window samples of a frame
 * @returns (batch, samples / 160 + 1, window / 2 + 1)
 */
export function centeredPower(waveforms: tf.Tensor2D, window: number): tf.Tensor3D {
  return tf.tidy(() => {
    const places = mirroredPlaces(waveforms.shape[1], window);
    const [before, behind] = places.map((margin) => tf.gather(waveforms, tf.tensor1d(margin, 'int32'), 1));
    const whole = tf.expandDims(tf.concat([before!, waveforms, behind!], 1), -1) as tf.Tensor3D;
    const spectrum = tf.conv1d(whole, spectrumFilters(window), frameShift, 'valid');
    const [real, imaginary] = tf.split(tf.square(spectrum), 2, -1);
    return tf.add(real!, imaginary!) as tf.Tensor3D;
  });
}
