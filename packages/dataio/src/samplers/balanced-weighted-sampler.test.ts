import { testBatchSampler } from '@s3/interface/testing';
import { describe, expect, test } from 'vitest';
import { recordedBatches, recordedUniform } from '../fixtures/recorded-random.ts';
import { balancedWeightedSampler } from './balanced-weighted-sampler.ts';

const labels = [...'aaabca'];

describe('is a batch sampler', () => {
  testBatchSampler({ build: () => balancedWeightedSampler({ labels }, { batchSize: 4 }), count: labels.length, everyItem: false });
});

test("makes S3PRL's batches of torch's uniform numbers", () => {
  const sampler = balancedWeightedSampler({ labels, random: recordedUniform }, { batchSize: 4 });
  expect([sampler.epoch(0), sampler.epoch(1)]).toEqual(recordedBatches('balanced'));
});

test('draws every label equally often, however few items it has', () => {
  const sampler = balancedWeightedSampler({ labels }, { batchSize: 7, duplicate: 1000 }, { seed: 3 });
  const batches = sampler.epoch(0);
  expect(batches).toHaveLength(sampler.batchesPerEpoch);
  const drawn = batches.flat();
  expect(drawn).toHaveLength(6000);
  for (const label of 'abc') {
    // 2000 are due; 146 is four standard deviations of 6000 draws
    const count = drawn.filter((index) => labels[index] === label).length;
    expect(Math.abs(count - 2000)).toBeLessThan(146);
  }
  expect(sampler.epoch(0)).toEqual(batches);
  expect(sampler.epoch(1)).not.toEqual(batches);
});

test('refuses no items', () => {
  expect(() => balancedWeightedSampler({ labels: [] }, { batchSize: 1 })).toThrow(/no items/);
});
