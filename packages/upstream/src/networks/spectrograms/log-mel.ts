import * as tf from '@tensorflow/tfjs-core';
import { frameShift, sampleRate, windowSize } from '../../frame-grid.ts';

/** zeros' logarithm is that of this power */
export const smallestMel = 1e-10;
/** orders of magnitude under the largest power that are told apart */
export const melRange = 8;
/** mirrored samples before the first and behind the last */
export const melMargin = windowSize / 2;

/** Hann's window, as PyTorch makes it for spectra. */
export const hannWindow = (): Float32Array =>
  Float32Array.from({ length: windowSize }, (_, sample) => 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / windowSize));

/** Places of the margins' samples, which mirror those beside the edge: before the first of so many, and behind the last. */
export function mirroredPlaces(samples: number): readonly [before: Int32Array, behind: Int32Array] {
  const places = (place: (index: number) => number) => Int32Array.from({ length: melMargin }, (_, index) => place(index));
  return [places((index) => melMargin - index), places((index) => samples - 2 - index)];
}

let basis: Float32Array | undefined;

/** Windowed cosines, then sines, of each frequency as filters of a convolution, (outputs, 1, samples). */
export function spectrumFilters(): tf.Tensor3D {
  const bins = windowSize / 2 + 1;
  if (!basis) {
    const window = hannWindow();
    basis = new Float32Array(2 * bins * windowSize);
    for (let bin = 0; bin < bins; bin++) {
      for (let sample = 0; sample < windowSize; sample++) {
        const angle = (2 * Math.PI * ((bin * sample) % windowSize)) / windowSize;
        basis[bin * windowSize + sample] = window[sample]! * Math.cos(angle);
        basis[(bins + bin) * windowSize + sample] = window[sample]! * Math.sin(angle);
      }
    }
  }
  return tf.tensor3d(basis, [2 * bins, 1, windowSize]);
}

/**
 * Slaney's mel bands, each triangle of area 1 in Hz, (bins, frequencies).
 *
 * Slaney, "Auditory Toolbox", 1998.
 */
export function slaneyMelBands(bins: number): tf.Tensor2D {
  const frequencies = windowSize / 2 + 1;
  const highest = melOf(sampleRate / 2);
  const corner = (index: number) => hertzOf((highest * index) / (bins + 1));
  const bands = new Float32Array(bins * frequencies);
  for (let band = 0; band < bins; band++) {
    const [left, center, right] = [corner(band), corner(band + 1), corner(band + 2)];
    for (let bin = 0; bin < frequencies; bin++) {
      const hertz = (bin * sampleRate) / windowSize;
      const height = Math.min((hertz - left) / (center - left), (right - hertz) / (right - center));
      bands[band * frequencies + bin] = (Math.max(0, height) * 2) / (right - left);
    }
  }
  return tf.tensor2d(bands, [bins, frequencies]);
}

/** The scale is linear up to 1000 Hz, which is 15 mel, and logarithmic above. */
const perMel = Math.log(6.4) / 27;
const melOf = (hertz: number) => (hertz < 1000 ? (hertz * 3) / 200 : 15 + Math.log(hertz / 1000) / perMel);
const hertzOf = (mel: number) => (mel < 15 ? (mel * 200) / 3 : 1000 * Math.exp(perMel * (mel - 15)));

/** Waveforms (batch, samples) to Whisper's spectrogram (batch, samples / 160, bins). */
export function logMel(waveforms: tf.Tensor2D, bins: number): tf.Tensor3D {
  return tf.tidy(() => {
    const [, samples] = waveforms.shape;
    const [before, behind] = mirroredPlaces(samples).map((places) => tf.gather(waveforms, tf.tensor1d(places, 'int32'), 1));
    const whole = tf.expandDims(tf.concat([before!, waveforms, behind!], 1), -1) as tf.Tensor3D;
    const spectrum = tf.conv1d(whole, tf.transpose(spectrumFilters(), [2, 1, 0]), frameShift, 'valid');
    const [real, imaginary] = tf.split(tf.square(tf.slice(spectrum, [0, 0, 0], [-1, samples / frameShift, -1])), 2, -1);
    const frames = tf.add(real!, imaginary!);
    const rows = tf.reshape(frames, [-1, frames.shape.at(-1)!]);
    const mel = tf.reshape(tf.matMul(rows, slaneyMelBands(bins), false, true), [waveforms.shape[0], -1, bins]);
    const logs = tf.mul(tf.log(tf.maximum(mel, smallestMel)), Math.LOG10E);
    const floor = tf.sub(tf.max(logs, [1, 2], true), melRange);
    return tf.div(tf.add(tf.maximum(logs, floor), 4), 4) as tf.Tensor3D;
  });
}
