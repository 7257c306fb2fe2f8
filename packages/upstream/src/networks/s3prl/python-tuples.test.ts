import { expect, test } from 'vitest';
import { pythonTuples } from './python-tuples.ts';

test.each([
  ['[(512, 10, 5)]', [[512, 10, 5]]],
  [
    '[(512, 10, 5)] + [(8, 4, 2)] * 2',
    [
      [512, 10, 5],
      [8, 4, 2],
      [8, 4, 2],
    ],
  ],
  [
    ' [ (1,2,3),(4, 5 ,6,) , ]',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['[]', []],
  ['', undefined],
  ['(1, 2, 3)', undefined],
  ['[(1, 2, 3)', undefined],
  ['[(1, 2, 3), 4]', undefined],
  ['[(1, -2, 3)]', undefined],
  ['[(1, 2, 3)] * 9999999', undefined],
  ["[__import__('os').system('true')]", undefined],
])('%s', (text, tuples) => {
  expect(pythonTuples(text)).toEqual(tuples);
});
