import { type Frames, WiringError } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import * as tf from '@tensorflow/tfjs-core';

/** Frames that a model and the spectrum may differ by, as in S3PRL. */
const tolerance = 4;

/**
 * A model's frames with as many steps as the spectrum has: what is too much is cut, what lacks repeats the last valid frame.
 *
 * S3PRL puts frames of zeros in before its recurrent layers instead.
 *
 * @param wanted (batch,) frames of the spectrum
 * @returns (batch, most frames wanted, features)
 * @throws WiringError for a greater difference, which no rounding explains
 */
export function matchSpectrumFrames({ values, lengths }: Frames, wanted: readonly number[]): tf.Tensor3D {
  lengths.forEach((length, row) => {
    if (Math.abs(length - wanted[row]!) <= tolerance) return;
    throw new WiringError(
      'the model',
      `gives ${length} frames of a waveform whose spectrum has ${wanted[row]}`,
      `they may differ by ${tolerance}; give it an upstream and a downstream that keep their frames`,
    );
  });
  return tf.tidy(() => {
    const frames = Math.max(...wanted);
    const [, given] = values.shape;
    const kept = tf.pad(tf.slice(values, [0, 0, 0], [-1, Math.min(given, frames), -1]), [
      [0, 0],
      [0, Math.max(0, frames - given)],
      [0, 0],
    ]);
    const rows = (counts: readonly number[]) => tf.expandDims(lengthMask(counts, frames), -1);
    const lacking = Math.max(...wanted.map((count, row) => count - lengths[row]!));
    let matched = tf.mul(kept, rows(lengths.map((length, row) => Math.min(length, wanted[row]!))));
    for (let step = 1; step <= lacking; step++) {
      // the place `step` behind the last frame, where one is due
      const upTo = (steps: number) => lengths.map((length, row) => Math.max(length, Math.min(length + steps, wanted[row]!)));
      const place = tf.sub(rows(upTo(step)), rows(upTo(step - 1)));
      const later = tf.pad(tf.slice(kept, [0, 0, 0], [-1, frames - step, -1]), [
        [0, 0],
        [step, 0],
        [0, 0],
      ]);
      matched = tf.add(matched, tf.mul(place, later));
    }
    return matched as tf.Tensor3D;
  });
}
