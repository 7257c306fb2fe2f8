import { type Downstream, defineComponent, type Frames, type Mode, moduleOf, type Random } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { randomTimeWarp, type TimeWarp } from './time-warp.ts';

const range = (most: number) => z.tuple([z.int().min(0), z.int().min(0)]).default([0, most]);

/**
 * A frame model that hears its training utterances changed: time warped, bands of features and stretches of time set to zero.
 *
 * Only training is changed. What changes is drawn for each utterance from the chance of the step; masks in time lie within
 * the utterance, where S3PRL draws their places from the padded batch.
 * The defaults are those of SUPERB's speech recognition.
 *
 * Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech Recognition", 2019.
 */
export const specAugment = defineComponent({
  name: 'spec-augment',
  config: z.object({
    timeWarp: z.boolean().default(true).describe('warp time'),
    timeWarpWindow: z.int().min(0).default(5).describe('farthest that a frame is moved, in frames'),
    frequencyMask: z.boolean().default(true).describe('mask bands of features'),
    frequencyMaskWidth: range(50).describe('smallest and largest width of a mask, in features'),
    frequencyMasks: z.int().min(0).default(4).describe('masks of features for each utterance'),
    timeMask: z.boolean().default(true).describe('mask stretches of time'),
    timeMaskWidth: range(40).describe('smallest and largest width of a mask, in frames'),
    timeMasks: z.int().min(0).default(2).describe('masks of time for each utterance'),
    adaptive: z.boolean().default(false).describe('number and width of masks of time follow the length of the utterance'),
    adaptiveNumberRatio: z.number().min(0).default(0.04).describe('if adaptive: masks of time per frame; 0 takes timeMasks'),
    adaptiveSizeRatio: z
      .number()
      .min(0)
      .default(0.04)
      .describe('if adaptive: largest share of the frames that a mask covers; 0 sets no limit'),
    maxTimeMasks: z.int().min(0).default(20).describe('if adaptive: most masks of time for each utterance'),
  }),
  build({ model }: { readonly model: Downstream<Frames> }, config): Downstream<Frames> {
    return {
      ...moduleOf({ model }),
      input: model.input,
      outputSize: model.outputSize,
      ...(model.minFrames !== undefined && { minFrames: model.minFrames }),
      ...(model.graph && { graph: model.graph }),
      forward(frames, mode: Mode) {
        if (!mode.training) return model.forward(frames, mode);
        return model.forward({ values: augmented(frames, config, mode.random), lengths: frames.lengths }, mode);
      },
    };
  },
});

interface Chances {
  readonly timeWarp: boolean;
  readonly timeWarpWindow: number;
  readonly frequencyMask: boolean;
  readonly frequencyMaskWidth: readonly [number, number];
  readonly frequencyMasks: number;
  readonly timeMask: boolean;
  readonly timeMaskWidth: readonly [number, number];
  readonly timeMasks: number;
  readonly adaptive: boolean;
  readonly adaptiveNumberRatio: number;
  readonly adaptiveSizeRatio: number;
  readonly maxTimeMasks: number;
}

/** Frames warped and masked, zero in the padding. (batch, frames, features) */
function augmented({ values, lengths }: Frames, chances: Chances, random: Random): tf.Tensor3D {
  const [batch, frames, features] = values.shape;
  const warps = lengths.map((length) => (chances.timeWarp ? randomTimeWarp(length, chances.timeWarpWindow, random) : undefined));
  const kept = lengths.map((length) => new Float32Array(frames).fill(1, 0, length));
  const heard = lengths.map(() => new Float32Array(features).fill(1));
  if (chances.frequencyMask) for (const row of heard) mask(row, features, chances.frequencyMaskWidth, chances.frequencyMasks, random);
  if (chances.timeMask) kept.forEach((row, index) => void mask(row, lengths[index]!, ...timeMasksOf(lengths[index]!, chances), random));

  return tf.tidy(() => {
    const warped = warps.some(Boolean) ? warpedRows(values, warps) : values;
    const inTime = tf.tensor3d(joined(kept), [batch, frames, 1]);
    const inFeatures = tf.tensor3d(joined(heard), [batch, 1, features]);
    return tf.mul(tf.mul(warped, inTime), inFeatures) as tf.Tensor3D;
  });
}

function timeMasksOf(length: number, chances: Chances): [readonly [number, number], number] {
  const { adaptive, adaptiveNumberRatio, adaptiveSizeRatio, maxTimeMasks, timeMaskWidth, timeMasks } = chances;
  if (!adaptive) return [timeMaskWidth, timeMasks];
  const widest = adaptiveSizeRatio > 0 ? Math.min(timeMaskWidth[1], Math.floor(adaptiveSizeRatio * length)) : timeMaskWidth[1];
  const count = adaptiveNumberRatio > 0 ? Math.min(Math.floor(adaptiveNumberRatio * length), maxTimeMasks) : timeMasks;
  return [[Math.min(timeMaskWidth[0], widest), widest], count];
}

/** Zeroes `count` stretches of the first `length` values. */
function mask(row: Float32Array, length: number, [narrowest, widest]: readonly [number, number], count: number, random: Random): void {
  for (let index = 0; index < count; index++) {
    const width = narrowest + random.integer(Math.max(1, widest - narrowest + 1));
    const start = random.integer(Math.max(1, length - width));
    row.fill(0, start, Math.min(start + width, length));
  }
}

/** Each frame as the weighted sum of the four that its warp names. */
function warpedRows(values: tf.Tensor3D, warps: readonly (TimeWarp | undefined)[]): tf.Tensor3D {
  const [batch, frames, features] = values.shape;
  const sources = new Int32Array(4 * batch * frames);
  const weights = new Float32Array(4 * batch * frames);
  for (let row = 0; row < batch; row++) {
    const warp = warps[row];
    for (let frame = 0; frame < frames; frame++) {
      const place = row * frames + frame;
      for (let tap = 0; tap < 4; tap++) {
        const isWarped = warp && 4 * frame < warp.sources.length;
        // the taps of all frames lie together, so that each is one gather
        const at = tap * batch * frames + place;
        sources[at] = isWarped ? row * frames + warp.sources[4 * frame + tap]! : place;
        weights[at] = isWarped ? warp.weights[4 * frame + tap]! : tap === 0 ? 1 : 0;
      }
    }
  }
  const rows = tf.reshape(values, [batch * frames, features]);
  const taps = tf.mul(tf.gather(rows, tf.tensor1d(sources, 'int32')), tf.tensor2d(weights, [4 * batch * frames, 1]));
  return tf.reshape(tf.sum(tf.reshape(taps, [4, batch * frames, features]), 0), [batch, frames, features]);
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]!.length;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, index) => void all.set(row, index * width));
  return all;
}
