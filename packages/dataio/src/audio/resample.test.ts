import { describe, expect, it } from 'vitest';
import { hashSignal } from '../fixtures/hash-signal.ts';
import recorded from '../fixtures/resample.json';
import { resample, resampledLength, resampleRange } from './resample.ts';

function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Array.from(one, (value, index) => Math.abs(value - other[index]!)).reduce(
    (largest, difference) => Math.max(largest, difference),
    0,
  );
}

describe('resample', () => {
  it.each(recorded.cases)('equals torchaudio from $fromRate to $toRate Hz', ({ fromRate, toRate, samples, tensor, output }) => {
    const resampled = resample(hashSignal(samples, tensor), fromRate, toRate);
    expect(resampled.length).toBe(output.length);
    // torchaudio sums in single precision
    expect(largestDifference(resampled, output)).toBeLessThan(1e-6);
  });

  it('makes ceil(samples * to / from) samples', () => {
    for (const samples of [0, 1, 2, 3, 440, 441, 442]) {
      const length = Math.ceil((samples * 16_000) / 44_100);
      expect(resample(new Float32Array(samples), 44_100, 16_000).length).toBe(length);
      expect(resampledLength(samples, 44_100, 16_000)).toBe(length);
    }
  });

  it('gives the input itself back at the same rate', () => {
    const samples = hashSignal(10, 0);
    expect(resample(samples, 16_000, 16_000)).toBe(samples);
  });

  it.each([
    [44_100, 16_000],
    [8000, 16_000],
    [48_000, 16_000],
    [16_000, 22_050],
  ])('makes a part as it is in the whole, from %i to %i Hz', (fromRate, toRate) => {
    const whole = hashSignal(3000, 1);
    const resampled = resample(whole, fromRate, toRate);
    for (const [first, end] of [
      [0, 5],
      [0, resampled.length],
      [1, 2],
      [333, 700],
      [resampled.length - 40, resampled.length],
    ] as const) {
      const range = resampleRange(first, end, fromRate, toRate);
      const part = resample(whole.slice(range.first, Math.min(whole.length, range.end)), fromRate, toRate);
      expect(part.slice(range.skip, range.skip + end - first)).toEqual(resampled.slice(first, end));
    }
  });
});
