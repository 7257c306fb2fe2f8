import { expect, test } from 'vitest';
import { refuseLauncher } from './refuse-launcher.ts';
import { shareOf } from './share-of.ts';

const launch = { rank: 1, size: 2, variable: 'PMI_SIZE' };

test('refuses in several processes what only one can do', () => {
  expect(() => refuseLauncher(['predict', 'exp'], launch)).toThrow('s3 predict in 2 processes (PMI_SIZE)');
  for (const command of ['run', 'sweep', 'test', 'embed', 'dump']) expect(() => refuseLauncher([command], launch)).not.toThrow();
  expect(() => refuseLauncher(['--help'], launch)).not.toThrow();
  expect(() => refuseLauncher(['predict'], { ...launch, size: 1 })).not.toThrow();
  expect(() => refuseLauncher(['predict'], undefined)).not.toThrow();
});

test("takes a process's place among others as its share, and no other beside it", () => {
  const everything = { index: 0, count: 1 };
  expect(shareOf(everything, { rank: 1, size: 3 })).toEqual({ index: 1, count: 3 });
  expect(shareOf({ index: 1, count: 8 }, { rank: 0, size: 1 })).toEqual({ index: 1, count: 8 });
  expect(() => shareOf({ index: 0, count: 2 }, { rank: 0, size: 2 })).toThrow('--shard beside a launcher that started 2 processes');
});
