import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { watchTensors } from './watch-tensors.ts';

let kept: tf.Tensor[] = [];
afterEach(() => {
  tf.dispose(kept);
  kept = [];
});
const keep = (count: number) => void kept.push(...Array.from({ length: count }, () => tf.scalar(0)));

function told(steps: number, afterStep: (step: number) => void): readonly string[] {
  const texts: string[] = [];
  const watch = watchTensors((text) => texts.push(text));
  for (let step = 1; step <= steps; step++) {
    afterStep(step);
    watch(step);
  }
  return texts;
}

test('tells once that each step leaves tensors', () => {
  const [text, ...more] = told(400, () => keep(2));
  expect(text).toMatch(/^each step leaves 2 tensors in memory, \d+ so far: what a task's `prepare`/);
  expect(more).toEqual([]);
});

test.each<[string, (step: number) => void]>([
  ['a batch that is prepared ahead', (step) => (step % 3 === 0 ? keep(26) : tf.dispose(kept.splice(0)))],
  ['what the first steps allocate', (step) => step < 20 && keep(30)],
  ['a table that is read once', (step) => step === 120 && keep(1000)],
])('does not take %s for a leak', (_, afterStep) => {
  expect(told(400, afterStep)).toEqual([]);
});
