import { testBatchSampler } from '@s3/interface/testing';
import { describe, expect, test } from 'vitest';
import { recordedBatches } from '../fixtures/recorded-random.ts';
import { groupSameItemSampler } from './group-same-item-sampler.ts';

describe('is a batch sampler', () => {
  testBatchSampler({ build: () => groupSameItemSampler({ labels: [...'abacba'] }), count: 6 });
});

test("makes S3PRL's batches", () => {
  const sampler = groupSameItemSampler({ labels: [...'abacba'] });
  expect([sampler.epoch(0), sampler.epoch(1)]).toEqual(recordedBatches('group'));
  expect(sampler.batchesPerEpoch).toBe(3);
});

test('keeps the order of first use for labels that look like numbers', () => {
  expect(groupSameItemSampler({ labels: ['10', '9', '10'] }).epoch(0)).toEqual([[0, 2], [1]]);
});

test('refuses no items', () => {
  expect(() => groupSameItemSampler({ labels: [] })).toThrow(/no items/);
});
