import { type AnyRecipe, defineRecipe } from '@s3/interface';
import { expect, test } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine } from '../fixtures/toy-run.ts';
import { runRecipe } from '../run.ts';

type Given = { readonly [member: string]: unknown };

const rows = [{ id: 'a', label: 'a' }];
const otherwise = (member: keyof typeof toyRecipe.spec, change: (given: never) => unknown) => ({
  [member]: async (...given: readonly never[]) =>
    change((await (toyRecipe.spec[member] as (...all: readonly never[]) => unknown)(...given)) as never),
});

test.each<[string, object, string]>([
  ['no corpus', otherwise('prepare', () => undefined), 'prepare of toy gives no `train` or no `tests`'],
  ['no test tables', otherwise('prepare', () => ({ train: rows })), 'but a corpus is { train: rows, tests: { name: rows } }'],
  ['a table that is none', otherwise('prepare', (corpus: Given) => ({ ...corpus, tests: { one: 'one.csv' } })), "gives 'one' as string"],
  [
    'numbers',
    otherwise('prepare', (corpus: Given) => ({ ...corpus, train: [...rows, { id: 7 }] })),
    "gives the 'id' of row 2 of 'train' as 7, but cells are text",
  ],
  ['no encoders', otherwise('encode', () => undefined), 'encode of toy gives nothing, but its results are kept as JSON'],
  ['a map', otherwise('encode', () => ({ labels: { ids: new Map() } })), "encode of toy gives 'labels.ids' as what JSON does not keep"],
  ['no number', otherwise('encode', () => ({ means: [0, Number.NaN] })), "gives 'means.1'"],
  ['no task', otherwise('buildTask', () => undefined), 'buildTask of toy gives nothing, but a task has name, model and predict'],
  [
    'a task without state',
    otherwise('buildTask', ({ state, loadState, ...task }: Given) => task),
    'gives a task without state, loadState, but',
  ],
  [
    'a bare model',
    otherwise('buildTask', (task: Given) => ({ ...task, model: {} })),
    'model.trainable, model.state, model.loadState, model.dispose',
  ],
  ['no tests', otherwise('buildProblem', ({ tests, ...problem }: Given) => problem), 'buildProblem of toy gives no `tests`'],
  ['a phase without data', otherwise('buildProblem', (problem: Given) => ({ ...problem, train: {} })), "gives a 'train' without batches"],
  ['no best', otherwise('buildProblem', ({ best, ...problem }: Given) => problem), 'gives undefined as `best`'],
  [
    'another order',
    otherwise('buildProblem', (problem: Given) => ({ ...problem, best: { metric: 'cost', order: 'lower' } })),
    "'min' or 'max'",
  ],
])('a recipe that gives %s is told', async (_, change, message) => {
  const recipe = defineRecipe({ ...toyRecipe.spec, ...change } as never) as AnyRecipe;
  const targetDir = temporaryFolder();
  const run = runRecipe(recipe, { targetDir, cacheDir: targetDir, workers: 0 }, { engine: toyEngine, observers: [] });
  await expect(run).rejects.toMatchObject({ name: 'WiringError', message: expect.stringContaining(message) });
});
