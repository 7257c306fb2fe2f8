import { expect, test } from 'vitest';
import { segmentsIn } from './segments-in.ts';

const seconds = 10;

test.each([
  [
    { speaker: 'A', startSeconds: 0, endSeconds: 1.5 },
    { label: 'A', startSeconds: 0, endSeconds: 1.5, more: {} },
  ],
  [
    { recording: 'x', label: 'bark', startSeconds: 2, endSeconds: 2 },
    { label: 'bark', startSeconds: 2, endSeconds: 2, more: {} },
  ],
  [
    { word: 'hi', start: 0.5, end: 1, score: 0.25 },
    { label: 'hi', startSeconds: 0.5, endSeconds: 1, more: { score: 0.25 } },
  ],
  [
    { label: 3, start_seconds: 0, end_seconds: 4 },
    { label: '3', startSeconds: 0, endSeconds: 4, more: {} },
  ],
  [
    { whale: 'minke', startSeconds: 0, endSeconds: 4, sure: true },
    { label: 'minke', startSeconds: 0, endSeconds: 4, more: { sure: true } },
  ],
  [
    { startSeconds: 0, endSeconds: 4, vector: [1] },
    { label: '', startSeconds: 0, endSeconds: 4, more: {} },
  ],
  // the unit that is named is believed
  [
    { label: 'a', startSeconds: 0, endSeconds: 40 },
    { label: 'a', startSeconds: 0, endSeconds: 40, more: {} },
  ],
])('segments by their shape: %j', (given, segment) => {
  expect(segmentsIn([given], seconds)).toEqual([segment]);
});

test.each([
  [[]],
  ['start'],
  [[1, 2]],
  [[null]],
  [{ startSeconds: 0, endSeconds: 1 }],
  [[{ label: 'a', startSeconds: 0 }]],
  [[{ label: 'a', startSeconds: 2, endSeconds: 1 }]],
  [[{ label: 'a', startSeconds: 0, endSeconds: Number.NaN }]],
  [[{ label: 'a', startSeconds: '0', endSeconds: '1' }]],
  // frames or milliseconds, for all that is known
  [[{ label: 'a', start: 0, end: 480 }]],
  [[{ label: 'a', startSeconds: 0, endSeconds: 1 }, { label: 'b' }]],
])('anything else is none: %j', (prediction) => {
  expect(segmentsIn(prediction, seconds)).toBeUndefined();
});
