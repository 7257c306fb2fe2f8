import * as tf from '@tensorflow/tfjs-core';
import type { Random } from './random.ts';
import type { Waveforms } from './sequences.ts';

/** 1 on the valid leading steps of each row, else 0. (batch, steps), float32 */
export function lengthMask(lengths: readonly number[], steps: number): tf.Tensor2D {
  const mask = new Float32Array(lengths.length * steps);
  lengths.forEach((length, row) => void mask.fill(1, row * steps, row * steps + Math.min(length, steps)));
  return tf.tensor2d(mask, [lengths.length, steps]);
}

/** Waveforms as one batch, (batch, samples), zero-padded to the longest; of at least one. */
export function paddedWaveforms(waveforms: readonly Float32Array[]): Waveforms {
  const lengths = waveforms.map((waveform) => waveform.length);
  const longest = Math.max(...lengths);
  const values = new Float32Array(waveforms.length * longest);
  waveforms.forEach((waveform, row) => void values.set(waveform, row * longest));
  return { values: tf.tensor2d(values, [waveforms.length, longest]), lengths };
}

/** Mean of numbers; NaN for none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Layer normalization over the last axis.
 *
 * Ba et al., "Layer Normalization", 2016.
 *
 * @param weight (features,) or none
 * @param bias (features,) or none
 */
export function layerNorm<T extends tf.Tensor>(x: T, weight?: tf.Tensor1D, bias?: tf.Tensor1D, epsilon = 1e-5): T {
  return tf.tidy(() => {
    const { mean: center, variance } = tf.moments(x, -1, true);
    let y: tf.Tensor = tf.mul(tf.sub(x, center), tf.rsqrt(tf.add(variance, epsilon)));
    if (weight) y = tf.mul(y, weight);
    if (bias) y = tf.add(y, bias);
    return y as T;
  });
}

/** Uniform values, -bound..bound. */
export function uniformTensor(shape: readonly number[], bound: number, random: Random): tf.Tensor {
  const values = Float32Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, () => (random.uniform() * 2 - 1) * bound);
  return tf.tensor(values, [...shape]);
}

/** Normal values of mean 0. */
export function normalTensor(shape: readonly number[], deviation: number, random: Random): tf.Tensor {
  const values = Float32Array.from({ length: shape.reduce((size, axis) => size * axis, 1) }, () => random.normal() * deviation);
  return tf.tensor(values, [...shape]);
}

/** Zeroes each value with the probability `rate` and scales the others by 1 / (1 - rate); the identity at rate 0. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: Random): T {
  if (rate === 0) return x;
  const mask = dropoutMask(x.size, rate, random.integer(2 ** 32));
  // as one operation for the gradient, which then keeps the mask and nothing else
  const dropped = tf.customGrad((input, save) => {
    const factors = tf.tensor(mask, x.shape);
    (save as (kept: tf.Tensor[]) => void)([factors]);
    return {
      value: tf.mul(input as tf.Tensor, factors),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0]!),
    };
  });
  return dropped(x) as T;
}

/** 0 or 1 / (1 - rate) for each value; mulberry32 (Ettinger), since every engine would draw one by one and several times slower. */
function dropoutMask(size: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(size);
  const kept = rate < 1 ? 1 / (1 - rate) : 0;
  const limit = rate * 2 ** 32;
  let state = seed | 0;
  for (let index = 0; index < size; index++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    if ((mixed ^ (mixed >>> 14)) >>> 0 >= limit) mask[index] = kept;
  }
  return mask;
}
