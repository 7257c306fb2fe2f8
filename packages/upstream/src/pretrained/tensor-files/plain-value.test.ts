import { expect, test } from 'vitest';
import { plainValue, sectionOf } from './plain-value.ts';
import type { Pickled } from './unpickle.ts';

test('is what dictionaries, lists and Namespaces say', () => {
  const namespace = { object: 'argparse Namespace', arguments: [], state: new Map<Pickled, Pickled>([['seed', 1]]) };
  const value = new Map<Pickled, Pickled>([
    ['model', new Map<Pickled, Pickled>([['paras', [1, 'a', null, true]]])],
    ['args', namespace],
    ['storage', { global: 'torch FloatStorage' }],
    [7, 'a name that is none'],
  ]);
  const plain = plainValue(value);
  expect(plain).toEqual({ model: { paras: [1, 'a', null, true] }, args: { seed: 1 } });
  expect(sectionOf(plain, 'args')).toEqual({ seed: 1 });
  expect(sectionOf(plain, 'args', 'seed')).toEqual({});
  expect(sectionOf(plain, 'constructor')).toEqual({});
});

test('ends where a file has itself in it, or parts many times over', () => {
  const own = new Map<Pickled, Pickled>();
  own.set('again', own);
  let laughs: Pickled = 'ha';
  for (let depth = 0; depth < 40; depth++) laughs = Array.from({ length: 10 }, () => laughs);
  const sizeOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, entry) => sum + sizeOf(entry), 1) : 1;
  for (const value of [own, laughs]) expect(sizeOf(plainValue(value))).toBeLessThan(300_000);
});
