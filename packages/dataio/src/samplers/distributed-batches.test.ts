import type { BatchSampler } from '@s3/interface';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distributed } from '../fixtures/recorded-random.ts';
import { distributedBatches } from './distributed-batches.ts';

const fixed = (batches: readonly (readonly number[])[]): BatchSampler => ({ batchesPerEpoch: batches.length, epoch: () => batches });
const choices = { strict: 'refuse', allow_duplicates: 'duplicate', allow_uneven: 'uneven' } as const;

describe("shares batches as S3PRL's wrapper does", () => {
  test.each(Object.entries(distributed))('%s', (name, expected) => {
    const batches = name.includes('singletons')
      ? [[0], [1], [2]]
      : [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
          [8, 9, 10],
        ];
    const worldSize = Number(/n(\d)/.exec(name)![1]);
    const indivisible = choices[/strict|allow_\w+/.exec(name)![0] as keyof typeof choices];
    const shares = () =>
      Array.from({ length: worldSize }, (_, rank) => distributedBatches(fixed(batches), { rank, worldSize, indivisible }).epoch(0));
    if (expected === 'refused') expect(shares).toThrow(/found 3 batches of one item; expected a multiple of \d/);
    else expect(shares()).toEqual(expected);
  });
});

test('ends where S3PRL never returns: batches of one item that cannot be shared out evenly', () => {
  const share = (rank: number, worldSize: number, indivisible: 'duplicate' | 'uneven') =>
    distributedBatches(fixed([[0], [1], [2]]), { rank, worldSize, indivisible }).epoch(0);
  expect([share(0, 2, 'duplicate'), share(1, 2, 'duplicate')]).toEqual([
    [[0], [2]],
    [[1], [0]],
  ]);
  expect([share(0, 2, 'uneven'), share(1, 2, 'uneven')]).toEqual([[[0], [2]], [[1]]]);
  // more missing than there are batches
  expect([0, 1, 2, 3, 4, 5, 6].map((rank) => share(rank, 7, 'duplicate'))).toEqual([[[0]], [[1]], [[2]], [[0]], [[1]], [[2]], [[0]]]);
});

test('gives every process as many batches, together every item exactly once', () => {
  const cases = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 }),
    worldSize: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(cases, ({ sizes, worldSize }) => {
      let next = 0;
      const batches = sizes.map((size) => Array.from({ length: size }, () => next++));
      const shares = Array.from({ length: worldSize }, (_, rank) =>
        distributedBatches(fixed(batches), { rank, worldSize, indivisible: 'uneven' }),
      );
      const items = shares.flatMap((share) => share.epoch(0).flat());
      expect(items.sort((one, other) => one - other)).toEqual(Array.from({ length: next }, (_, index) => index));
      const counts = shares.map((share) => share.batchesPerEpoch);
      const even = Math.ceil(sizes.length / worldSize) * worldSize <= next;
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(even ? 0 : 1);
    }),
  );
});

test('refuses a process outside the world', () => {
  expect(() => distributedBatches(fixed([[0]]), { rank: 2, worldSize: 2 })).toThrow(/rank: found 2; expected 0 to 1/);
});
