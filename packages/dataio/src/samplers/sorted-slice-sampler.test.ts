import { testBatchSampler } from '@s3/interface/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengths, recordedBatches, recordedRandom } from '../fixtures/recorded-random.ts';
import { sortedSliceSampler } from './sorted-slice-sampler.ts';

describe('is a batch sampler', () => {
  testBatchSampler({
    build: () => sortedSliceSampler({ lengths }, { batchSize: 3, maxLength: 8 }),
    count: lengths.length,
    everyItem: false,
  });
});

test("makes S3PRL's batches", () => {
  const sampler = sortedSliceSampler({ lengths, random: recordedRandom('slice') }, { batchSize: 3, maxLength: 8 });
  expect([sampler.epoch(0), sampler.epoch(1)]).toEqual(recordedBatches('slice'));
});

test('begins one batch with each item, goes on in the order of length and ends nowhere empty', () => {
  const cases = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
    maxLength: fc.integer({ min: 1, max: 60 }),
    epoch: fc.nat(3),
  });
  fc.assert(
    fc.property(cases, ({ lengths, epoch, ...config }) => {
      const sampler = sortedSliceSampler({ lengths }, config);
      const batches = sampler.epoch(epoch);
      expect(batches).toHaveLength(sampler.batchesPerEpoch);
      expect(batches.map((batch) => batch[0]!).sort((one, other) => one - other)).toEqual(lengths.map((_, index) => index));
      for (const batch of batches) {
        const own = batch.map((index) => lengths[index]!);
        expect(own).toEqual([...own].sort((one, other) => other - one));
        expect(batch.length).toBeLessThanOrEqual(own[0]! > config.maxLength ? Math.max(1, config.batchSize >> 1) : config.batchSize);
      }
      const shuffled = sortedSliceSampler({ lengths }, { ...config, shuffleInBatch: true }).epoch(epoch);
      const sets = (all: readonly (readonly number[])[]) => all.map((batch) => [...batch].sort((one, other) => one - other).join()).sort();
      expect(sets(shuffled)).toEqual(sets(batches));
    }),
  );
});
