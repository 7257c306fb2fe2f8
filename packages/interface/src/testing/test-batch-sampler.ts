import { expect, test } from 'vitest';
import type { BatchSampler } from '../data.ts';

/**
 * What every batch sampler must do, as vitest tests; call it inside a `describe`.
 */
export function testBatchSampler({
  build,
  count,
  everyItem = true,
}: {
  /** makes the sampler, with the same seed each time */
  readonly build: () => BatchSampler;
  /** items of its dataset */
  readonly count: number;
  /** whether an epoch holds each item exactly once (a balancing sampler says `false`) */
  readonly everyItem?: boolean;
}): void {
  test('an epoch is a function of its number alone', () => {
    const straight = build();
    const epochs = [0, 1, 2].map((epoch) => straight.epoch(epoch));
    expect(build().epoch(2)).toEqual(epochs[2]);
    expect(straight.epoch(0)).toEqual(epochs[0]);
  });

  test('every epoch has as many batches as it says, none empty, all indices in range', () => {
    const sampler = build();
    for (let epoch = 0; epoch < 4; epoch++) {
      const batches = sampler.epoch(epoch);
      expect(batches.length).toBe(sampler.batchesPerEpoch);
      expect(batches.every((batch) => batch.length > 0)).toBe(true);
      expect(batches.flat().every((index) => Number.isInteger(index) && index >= 0 && index < count)).toBe(true);
    }
  });

  test.skipIf(!everyItem)('an epoch holds every item exactly once', () => {
    const sampler = build();
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = sampler.epoch(epoch).flat();
      expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
    }
  });
}
