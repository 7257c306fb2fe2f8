import { type Downstream, type Frames, inference, type Mode, moduleOf, randomStream } from '@s3/interface';
import { framesOf, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../fixtures/reference.ts';
import recorded from '../fixtures/time-warp.json' with { type: 'json' };
import { frameLinear } from './frame-linear.ts';
import { specAugment } from './spec-augment.ts';
import { randomTimeWarp, timeWarp } from './time-warp.ts';

describe('around a linear model', () =>
  testDownstream({ build: (input) => specAugment({ model: frameLinear({ input, outputSize: 3 }) }, { frequencyMaskWidth: [0, 2] }) }));

/** Hands on what it is given. */
const mirror: Downstream<Frames> = { ...moduleOf({}), input: { size: 6, downsampleRate: 160 }, outputSize: 6, forward: (frames) => frames };
const training = (key: string): Mode => ({ training: true, random: randomStream(key) });
const only = { timeWarp: false, frequencyMask: false, timeMask: false };
const ones = (lengths: readonly number[]): Frames => {
  const steps = Math.max(...lengths);
  const mask = lengths.flatMap((length) => Array.from({ length: steps * 6 }, (_, index) => (index < length * 6 ? 1 : 0)));
  return { values: tf.tensor3d(mask, [lengths.length, steps, 6]), lengths };
};
/** Rows of one utterance. */
const rowsOf = (frames: Frames, utterance: number): number[][] => (frames.values.arraySync() as number[][][])[utterance]!;

test.each(recorded.cases)('warps time as PyTorch: $frames frames, $center to $warped', ({ frames, center, warped, values }) => {
  const input = Array.from({ length: frames * 2 }, (_, index) => Math.sin(Math.fround(index * Math.fround(0.7))));
  const { sources, weights } = timeWarp(frames, center, warped);
  const output = Array.from({ length: frames * 2 }, (_, index) => {
    const [frame, feature] = [index >> 1, index & 1];
    return [0, 1, 2, 3].reduce((sum, tap) => sum + weights[4 * frame + tap]! * input[2 * sources[4 * frame + tap]! + feature]!, 0);
  });
  expectClose(output, values);
});

test('warps within the window, and leaves short utterances as they are', () => {
  expect(randomTimeWarp(10, 5, randomStream(0))).toBeUndefined();
  for (let draw = 0; draw < 50; draw++) {
    const { sources } = randomTimeWarp(11 + draw, 5, randomStream(draw))!;
    const moved = Array.from({ length: 11 + draw }, (_, frame) => Math.abs(sources[4 * frame + 1]! - frame));
    expect(Math.max(...moved)).toBeLessThanOrEqual(6);
    expect(sources.every((source) => source >= 0 && source < 11 + draw)).toBe(true);
  }
});

test('warps each utterance within its own length', () => {
  const frames = framesOf([30, 14], 6);
  const model = specAugment({ model: mirror }, { ...only, timeWarp: true });
  const output = model.forward(frames, training('warp'));
  expect(rowsOf(output, 0)).not.toEqual(rowsOf(frames, 0));
  expect(
    rowsOf(output, 1)
      .slice(14)
      .flat()
      .every((value) => value === 0),
  ).toBe(true);
  // a warp of a constant is the constant
  const flat = model.forward(ones([30, 14]), training('warp'));
  expectClose(flat.values, [...ones([30, 14]).values.dataSync()], 1e-6);
});

test('masks whole features, up to the width', () => {
  const model = specAugment({ model: mirror }, { ...only, frequencyMask: true, frequencyMasks: 1, frequencyMaskWidth: [2, 3] });
  const masked = new Set<number>();
  for (let draw = 0; draw < 30; draw++) {
    const [first, ...rest] = rowsOf(model.forward(ones([4]), training(`${draw}`)), 0);
    const zeros = first!.flatMap((value, feature) => (value === 0 ? [feature] : []));
    expect(zeros.length === 2 || zeros.length === 3).toBe(true);
    expect(zeros.at(-1)! - zeros[0]!).toBe(zeros.length - 1);
    for (const row of rest) expect(row).toEqual(first);
    for (const feature of zeros) masked.add(feature);
  }
  expect(masked.size).toBeGreaterThanOrEqual(5);
});

test('masks stretches of time inside each utterance', () => {
  const model = specAugment({ model: mirror }, { ...only, timeMask: true, timeMasks: 1, timeMaskWidth: [3, 3] });
  for (let draw = 0; draw < 20; draw++) {
    const output = model.forward(ones([20, 6]), training(`${draw}`));
    expect(rowsOf(output, 0).filter(([value]) => value === 0).length).toBe(3);
    expect(rowsOf(output, 1).filter(([value]) => value === 0).length).toBe(3 + 14);
  }
});

test('adaptive masks follow the length', () => {
  const model = specAugment(
    { model: mirror },
    { ...only, timeMask: true, timeMaskWidth: [0, 100], adaptive: true, adaptiveNumberRatio: 0.1, adaptiveSizeRatio: 0.1 },
  );
  for (let draw = 0; draw < 10; draw++) {
    // 10 % of 20 frames: 2 masks of at most 2 frames
    expect(rowsOf(model.forward(ones([20]), training(`${draw}`)), 0).filter(([value]) => value === 0).length).toBeLessThanOrEqual(4);
  }
});

test('changes training only, by the chance of the step', () => {
  const model = specAugment({ model: mirror }, { frequencyMaskWidth: [1, 3] });
  const frames = framesOf([30], 6);
  expect(model.forward(frames, inference)).toBe(frames);
  const values = (key: string) => [...model.forward(frames, training(key)).values.dataSync()];
  expect(values('1')).toEqual(values('1'));
  expect(values('1')).not.toEqual(values('2'));
});

test('lets gradients through to what comes before', () => {
  const model = specAugment({ model: mirror }, { ...only, timeWarp: true });
  const { values, lengths } = ones([30]);
  const gradient = tf.grad((x) => tf.sum(model.forward({ values: x as tf.Tensor3D, lengths }, training('warp')).values))(values);
  // each frame's weights sum to one
  expect(tf.sum(gradient).dataSync()[0]).toBeCloseTo(30 * 6, 3);
});
