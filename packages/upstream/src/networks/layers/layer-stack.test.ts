import { expect, test } from 'vitest';
import type { Operations } from '../operations/operations.ts';
import { throughLayers } from './layer-stack.ts';

const operations = (keepsLayer = () => true) =>
  ({
    keepsLayer,
    stage: (x: number, _: string, block: (y: number) => number) => block(x),
    scoped: (block: () => number) => block(),
  }) as unknown as Operations<number>;
const run: number[] = [];
const layers = [1, 10, 100].map((added, index) => ({
  prefix: `layers.${index}.`,
  forward: <T>(_: Operations<T>, x: T): T => {
    run.push(index);
    return ((x as number) + added) as T;
  },
}));

test('gives the input of every layer and the output of the last', () => {
  expect(throughLayers(operations(), 5, layers)).toEqual([5, 6, 16, 116]);
});

test('runs no layer above what is asked for', () => {
  for (const highest of [0, 1, 2, 3]) {
    run.length = 0;
    expect(throughLayers(operations(), 5, layers, { highest })).toEqual([5, 6, 16, 116].slice(0, highest + 1));
    expect(run).toEqual([0, 1, 2].slice(0, highest));
  }
});

test('goes on without a layer that is left out by chance', () => {
  const kept = [true, false, true];
  expect(
    throughLayers(
      operations(() => kept.shift()!),
      5,
      layers,
    ),
  ).toEqual([5, 6, 6, 106]);
});
