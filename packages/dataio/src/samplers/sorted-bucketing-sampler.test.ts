import { testBatchSampler } from '@s3/interface/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengths, recordedBatches, recordedRandom } from '../fixtures/recorded-random.ts';
import { sortedBucketingSampler } from './sorted-bucketing-sampler.ts';

describe('is a batch sampler', () => {
  testBatchSampler({
    build: () => sortedBucketingSampler({ lengths }, { batchSize: 3, maxLength: 8, shuffle: true, shuffleInBatch: true }),
    count: lengths.length,
  });
});

test.each([
  ['bucket_shuffle', { batchSize: 4, maxLength: 8, shuffle: true }],
  ['bucket_inbatch', { batchSize: 4, shuffleInBatch: true }],
  ['bucket_both', { batchSize: 4, maxLength: 8, shuffle: true, shuffleInBatch: true }],
] as const)("makes S3PRL's batches: %s", (name, config) => {
  const sampler = sortedBucketingSampler({ lengths, random: recordedRandom(name) }, config);
  expect([sampler.epoch(0), sampler.epoch(1)]).toEqual(recordedBatches(name));
});

test("makes S3PRL's batches without chance", () => {
  const sampler = sortedBucketingSampler({ lengths }, { batchSize: 4, maxLength: 8 });
  expect([sampler.epoch(0), sampler.epoch(1)]).toEqual(recordedBatches('bucket_noshuffle'));
});

test('ends where half a batch is less than one item', () => {
  expect(sortedBucketingSampler({ lengths: [5, 9] }, { batchSize: 1, maxLength: 4 }).epoch(0)).toEqual([[1], [0]]);
});

test('has every item exactly once, neighbours in length together', () => {
  const cases = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    maxLength: fc.integer({ min: 1, max: 60 }),
    shuffle: fc.boolean(),
    shuffleInBatch: fc.boolean(),
    epoch: fc.nat(3),
  });
  fc.assert(
    fc.property(cases, ({ lengths, epoch, ...config }) => {
      const sampler = sortedBucketingSampler({ lengths }, config);
      const batches = sampler.epoch(epoch);
      expect(batches).toHaveLength(sampler.batchesPerEpoch);
      expect(batches.flat().sort((one, other) => one - other)).toEqual(lengths.map((_, index) => index));
      const half = Math.max(1, Math.floor(config.batchSize / 2));
      for (const batch of batches) {
        const longest = Math.max(...batch.map((index) => lengths[index]!));
        expect(batch.length).toBeLessThanOrEqual(longest > config.maxLength ? half : config.batchSize);
      }
      const ranges = batches.map((batch) => batch.map((index) => lengths[index]!).sort((one, other) => other - one));
      ranges.sort((one, other) => other[0]! - one[0]! || other.at(-1)! - one.at(-1)!);
      expect(ranges.slice(1).every((range, at) => range[0]! <= ranges[at]!.at(-1)!)).toBe(true);
    }),
  );
});
