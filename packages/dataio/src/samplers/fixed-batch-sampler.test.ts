import { ConfigError, InputError } from '@s3/interface';
import { testBatchSampler } from '@s3/interface/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengths, recordedBatches, recordedRandom } from '../fixtures/recorded-random.ts';
import { fixedBatchSampler } from './fixed-batch-sampler.ts';

describe('is a batch sampler', () => {
  testBatchSampler({ build: () => fixedBatchSampler({ length: 11 }, { batchSize: 4, shuffle: true }, { seed: 1 }), count: 11 });
});

test("makes S3PRL's batches", () => {
  const inOrder = fixedBatchSampler({ length: lengths.length }, { batchSize: 4 });
  expect([inOrder.epoch(0), inOrder.epoch(1)]).toEqual(recordedBatches('fixed_noshuffle'));
  const shuffled = fixedBatchSampler(
    { length: lengths.length, random: recordedRandom('fixed_shuffle_torch_rng') },
    { batchSize: 4, shuffle: true },
  );
  expect([shuffled.epoch(0), shuffled.epoch(1)]).toEqual(recordedBatches('fixed_shuffle_torch_rng'));
});

test('has every item exactly once, in batches of the size', () => {
  const cases = fc.record({
    length: fc.integer({ min: 1, max: 60 }),
    batchSize: fc.integer({ min: 1, max: 70 }),
    shuffle: fc.boolean(),
    seed: fc.nat(),
    epoch: fc.nat(5),
  });
  fc.assert(
    fc.property(cases, ({ length, batchSize, shuffle, seed, epoch }) => {
      const sampler = fixedBatchSampler({ length }, { batchSize, shuffle }, { seed });
      const batches = sampler.epoch(epoch);
      expect(batches).toHaveLength(sampler.batchesPerEpoch);
      expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
      expect(batches.flat().sort((one, other) => one - other)).toEqual(Array.from({ length }, (_, index) => index));
    }),
  );
});

test('drops a last batch that is not full when told to', () => {
  const sampler = fixedBatchSampler({ length: 11 }, { batchSize: 4, dropLast: true });
  expect(sampler.epoch(0)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
  expect(sampler.batchesPerEpoch).toBe(2);
  expect(() => fixedBatchSampler({ length: 3 }, { batchSize: 4, dropLast: true })).toThrow(InputError);
});

test('shuffles by seed and epoch alone', () => {
  const build = (seed: number) => fixedBatchSampler({ length: 40 }, { batchSize: 40, shuffle: true }, { seed });
  const sampler = build(7);
  const later = sampler.epoch(3);
  expect(build(7).epoch(3)).toEqual(later);
  expect(sampler.epoch(3)).toEqual(later);
  expect(sampler.epoch(4)).not.toEqual(later);
  expect(build(8).epoch(3)).not.toEqual(later);
});

test('refuses no items and a batch of none', () => {
  expect(() => fixedBatchSampler({ length: 0 })).toThrow(/no items; expected at least one/);
  expect(() => fixedBatchSampler({ length: 1 }, { batchSize: 0 })).toThrow(ConfigError);
});
