import { expect, test } from 'vitest';
import { joinShares } from './join-shares.ts';

test('what processes collected of their shares of a batch becomes that of the batch', () => {
  const shares = [
    { batch: 1, fraction: 1, entry: { loss: 3, ids: ['e'], frames: { right: 1, all: 2 } } },
    { batch: 0, fraction: 0.75, entry: { loss: 1, ids: ['a', 'b'], frames: { right: 5, all: 6 } } },
    { batch: 0, fraction: 0.25, entry: { loss: 2, ids: ['c', 'd'], frames: { right: 0, all: 4 } } },
  ];
  expect(joinShares(shares)).toEqual([
    { loss: 1.25, ids: ['a', 'b', 'c', 'd'], frames: { right: 5, all: 10 } },
    { loss: 3, ids: ['e'], frames: { right: 1, all: 2 } },
  ]);
});

test('what is neither a mean nor a count stands one behind the other', () => {
  const entry = (name: string, curve: Float32Array) => ({ name, curve, fits: true });
  const [one, other] = [Float32Array.of(1), Float32Array.of(2)];
  const shares = [
    { batch: 0, fraction: 0.5, entry: entry('a', one) },
    { batch: 0, fraction: 0.5, entry: entry('b', other) },
  ];
  expect(joinShares(shares)).toEqual([{ name: ['a', 'b'], curve: [one, other], fits: [true, true] }]);
});
