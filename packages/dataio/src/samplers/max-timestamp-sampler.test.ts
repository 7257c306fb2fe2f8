import { InputError } from '@s3/interface';
import { testBatchSampler } from '@s3/interface/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengths, recordedBatches, recordedRandom } from '../fixtures/recorded-random.ts';
import { maxTimestampSampler } from './max-timestamp-sampler.ts';

describe('is a batch sampler', () => {
  testBatchSampler({ build: () => maxTimestampSampler({ lengths }, { maxLength: 18 }), count: lengths.length });
});

test("makes S3PRL's batches", () => {
  const inOrder = maxTimestampSampler({ lengths }, { maxLength: 18 });
  expect([inOrder.epoch(0), inOrder.epoch(1)]).toEqual(recordedBatches('maxts_noshuffle'));
  const summed = maxTimestampSampler({ lengths }, { maxLength: 18, measure: 'sum' });
  expect([summed.epoch(0), summed.epoch(1)]).toEqual(recordedBatches('maxts_sum'));
  const shuffled = maxTimestampSampler({ lengths, random: recordedRandom('maxts_shuffle') }, { maxLength: 18, shuffle: true });
  expect([shuffled.epoch(0), shuffled.epoch(1)]).toEqual(recordedBatches('maxts_shuffle'));
  expect(shuffled.batchesPerEpoch).toBe(7);
});

test('refuses an item over the limit wherever it stands', () => {
  // S3PRL lets the last item, of length 10, pass here: it looks only when a batch is empty
  expect(recordedBatches('maxts_error')).toEqual(lengths.map((_, index) => [index]));
  expect(() => maxTimestampSampler({ lengths }, { maxLength: 9 })).toThrow(/found 9, which 1 of 11 items exceed \(item 10 has 10\)/);
  expect(() => maxTimestampSampler({ lengths: [3, 0] }, { maxLength: 9 })).toThrow(/item 1: found the length 0/);
  expect(() => maxTimestampSampler({ lengths: [] }, { maxLength: 9 })).toThrow(InputError);
});

test('has every item exactly once and no batch over the limit, nor one that could take the next item', () => {
  const cases = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
    maxLength: fc.integer({ min: 50, max: 300 }),
    measure: fc.constantFrom('padded' as const, 'sum' as const),
    shuffle: fc.boolean(),
    epoch: fc.nat(3),
  });
  fc.assert(
    fc.property(cases, ({ lengths, maxLength, measure, shuffle, epoch }) => {
      const size = (batch: readonly number[]) => {
        const own = batch.map((index) => lengths[index]!);
        return measure === 'sum' ? own.reduce((sum, length) => sum + length, 0) : Math.max(...own) * own.length;
      };
      const batches = maxTimestampSampler({ lengths }, { maxLength, measure, shuffle }).epoch(epoch);
      expect(batches.flat().sort((one, other) => one - other)).toEqual(lengths.map((_, index) => index));
      expect(batches.every((batch) => size(batch) <= maxLength)).toBe(true);
      expect(batches.slice(1).every((batch, at) => size([...batches[at]!, batch[0]!]) > maxLength)).toBe(true);
    }),
  );
});
