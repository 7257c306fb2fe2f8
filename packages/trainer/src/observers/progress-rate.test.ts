import { expect, test } from 'vitest';
import { progressRate } from './progress-rate.ts';

test('nothing is known after one update, all at a steady rate', () => {
  const rate = progressRate();
  rate.update(0, 100);
  expect(rate.perSecond()).toBeUndefined();
  expect(rate.secondsLeft(10)).toBeUndefined();
  for (let step = 1; step <= 5; step++) rate.update(step, 100 + step * 2);
  expect(rate.perSecond()).toBeCloseTo(0.5, 10);
  expect(rate.secondsLeft(25)).toBeCloseTo(40, 8);
  expect(rate.secondsLeft(3)).toBe(0);
});

test('what a resumed run had done before does not count', () => {
  const rate = progressRate();
  rate.update(900, 0);
  rate.update(910, 5);
  expect(rate.perSecond()).toBeCloseTo(2, 10);
  expect(rate.secondsLeft(1000)).toBeCloseTo(45, 8);
});

test('a pause is left out', () => {
  const rate = progressRate();
  rate.update(0, 0);
  rate.update(10, 10);
  rate.pause();
  rate.update(11, 500);
  rate.update(21, 510);
  expect(rate.perSecond()).toBeCloseTo(1, 10);
});

test('a lasting change of pace is followed, a single slow step is not', () => {
  const rate = progressRate();
  let seconds = 0;
  let done = 0;
  rate.update(done, seconds);
  const second = (steps: number) => {
    done += steps;
    seconds += 1;
    rate.update(done, seconds);
  };
  for (let update = 0; update < 60; update++) second(10);
  second(1);
  expect(rate.perSecond()).toBeGreaterThan(9);
  for (let update = 0; update < 150; update++) second(1);
  expect(rate.perSecond()).toBeCloseTo(1, 0);
});

test('work that begins again forgets its past', () => {
  const rate = progressRate();
  rate.update(0, 0);
  rate.update(100, 1);
  rate.update(0, 2);
  expect(rate.perSecond()).toBeUndefined();
  rate.update(1, 3);
  expect(rate.perSecond()).toBeCloseTo(1, 10);
});
