import { testBatchSampler } from '@s3/interface/testing';
import { describe, expect, test } from 'vitest';
import { categoryBalancedSampler } from './category-balanced-sampler.ts';

/** So many items of each label, mixed. */
function labelsOf(counts: { readonly [label: string]: number }): string[] {
  const left = Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, (_, place) => ({ label, place })));
  return left.sort((one, other) => one.place - other.place).map(({ label }) => label);
}
const build = (labels: readonly string[], batchSize: number, seed = 0) => categoryBalancedSampler({ labels }, { batchSize }, { seed });

describe('is a batch sampler', () => {
  testBatchSampler({ build: () => build([...'abcabcabc'], 3), count: 9 });
});

test('no two items of a batch share a label, and no item comes twice in an epoch', () => {
  const labels = labelsOf({ a: 30, b: 7, c: 12, d: 1, e: 25, f: 9 });
  const sampler = build(labels, 4);
  // a to f can give 14 batches 14 + 7 + 12 + 1 + 14 + 9 = 57 of the 56 items needed, and 15 batches 59 of 60
  expect(sampler.batchesPerEpoch).toBe(14);
  for (let epoch = 0; epoch < 20; epoch++) {
    const batches = sampler.epoch(epoch);
    expect(batches.length).toBe(14);
    expect(new Set(batches.flat()).size).toBe(56);
    for (const batch of batches) expect(new Set(batch.map((item) => labels[item])).size).toBe(4);
  }
});

test('with fewer labels than items in a batch none has more than its share', () => {
  const labels = labelsOf({ a: 40, b: 40, c: 40 });
  const sampler = build(labels, 8);
  expect(sampler.batchesPerEpoch).toBe(15);
  for (const batch of sampler.epoch(3)) {
    const counts = [...'abc'].map((label) => batch.filter((item) => labels[item] === label).length).sort();
    expect(counts).toEqual([2, 3, 3]);
  }
});

test('batches and the order in them are others in every epoch and for every seed, and the same again', () => {
  const labels = labelsOf({ a: 9, b: 9, c: 9, d: 9 });
  const sampler = build(labels, 3);
  expect(sampler.epoch(1)).not.toEqual(sampler.epoch(0));
  expect(build(labels, 3, 1).epoch(0)).not.toEqual(sampler.epoch(0));
  expect(build(labels, 3).epoch(1)).toEqual(sampler.epoch(1));
  const partners = new Set<number>();
  for (let epoch = 0; epoch < 100; epoch++) {
    for (const batch of sampler.epoch(epoch)) if (batch.includes(0)) for (const item of batch) partners.add(item);
  }
  // every item of another label is met sooner or later
  expect(partners.size).toBe(28);
});

test('refuses batches that cannot be filled', () => {
  expect(() => build([...'ab'], 3)).toThrow('3 with 2 items of 2 labels, at most 2 of each in a batch');
  expect(() => build([...'aaaab'], 4)).toThrow('at most 2 of each in a batch');
  expect(() => build([], 3)).toThrow(/no items/);
});
