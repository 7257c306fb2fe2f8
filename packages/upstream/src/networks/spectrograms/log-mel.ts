import * as tf from '@tensorflow/tfjs-core';
import { frameShift, sampleRate, windowSize } from '../../frame-grid.ts';
import { centeredPower } from './centered-power.ts';

/** zeros' logarithm is that of this power */
export const smallestMel = 1e-10;
/** orders of magnitude under the largest power that are told apart */
export const melRange = 8;
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
    const frames = tf.slice(centeredPower(waveforms, windowSize), [0, 0, 0], [-1, samples / frameShift, -1]);
    const rows = tf.reshape(frames, [-1, frames.shape[2]]);
    const mel = tf.reshape(tf.matMul(rows, slaneyMelBands(bins), false, true), [waveforms.shape[0], -1, bins]);
    const logs = tf.mul(tf.log(tf.maximum(mel, smallestMel)), Math.LOG10E);
    const floor = tf.sub(tf.max(logs, [1, 2], true), melRange);
    return tf.div(tf.add(tf.maximum(logs, floor), 4), 4) as tf.Tensor3D;
  });
}
