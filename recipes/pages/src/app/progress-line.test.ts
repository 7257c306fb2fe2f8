import { expect, test } from 'vitest';
import { progressLine } from './progress-line.ts';

test('a file that arrives: bytes, rate and time left, once there is a rate', () => {
  const line = progressLine();
  const at = (done: number, seconds: number, total: number | undefined = 94_400_000) =>
    line({ what: 'Fetching the language model', done, total, unit: 'bytes' }, seconds);
  expect(at(0, 10)).toBe('0.0 of 94.4 MB');
  expect(at(1_000_000, 10.1)).toBe('1.0 of 94.4 MB');
  expect(at(10_000_000, 11)).toBe('10.0 of 94.4 MB, 10.0 MB/s, 8.4 s left');
  expect(at(94_400_000, 19.44)).toBe('94.4 of 94.4 MB, 10.0 MB/s');
});

test('a file whose length nobody tells', () => {
  const line = progressLine();
  const at = (done: number, seconds: number) => line({ what: 'Fetching', done, unit: 'bytes' }, seconds);
  expect(at(0, 0)).toBe('');
  expect(at(2500, 1)).toBe('2.5 KB, 2.5 KB/s');
  expect(at(700, 3)).toBe('700 bytes');
});

test('other work keeps its unit, and has a rate of its own', () => {
  const line = progressLine();
  line({ what: 'Fetching', done: 5e6, total: 5e6, unit: 'bytes' }, 0);
  const listening = { what: 'Listening to a.wav', total: 3600, unit: 's' };
  expect(line({ ...listening, done: 0 }, 5)).toBe('0 of 3,600 s');
  expect(line({ ...listening, done: 600 }, 15)).toBe('600 of 3,600 s, 50.0 s left');
});
