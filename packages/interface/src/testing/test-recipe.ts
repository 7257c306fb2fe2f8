import { expect, test } from 'vitest';
import type { z } from 'zod';
import { parseConfig } from '../component.ts';
import type { AnyRecipe, Problem, RecipeContext } from '../problem.ts';
import { stateValues } from './expectations.ts';
import { judgeRun } from './judge-run.ts';
import { prepareBatches, trainSteps } from './train-steps.ts';

/**
 * What every recipe must do on a small corpus, as vitest tests; call it inside a `describe`.
 */
export function testRecipe({
  recipe,
  config,
  targetDir,
  learningRate,
  steps = 10,
}: {
  readonly recipe: AnyRecipe;
  /** its settings for the small corpus */
  readonly config: object;
  /** gives an empty folder */
  readonly targetDir: () => string;
  /** of the plain gradient descent that has to lower the loss; left out where nothing is trained */
  readonly learningRate?: number;
  /** of that descent */
  readonly steps?: number;
}): void {
  const parsed = () => parseConfig(recipe.name, recipe.config as z.ZodType, config) as never;

  async function build(seed = 0) {
    const context: RecipeContext = { seed, targetDir: targetDir(), cacheDir: targetDir(), workers: 0, onProgress() {} };
    const corpus = await recipe.prepare(parsed(), context);
    const encoders = (await recipe.encode(parsed(), corpus)) as never;
    const task = await recipe.buildTask({ config: parsed(), encoders, context });
    const problem: Problem = await recipe.buildProblem({ config: parsed(), corpus, encoders, task: task as never, context });
    return { corpus, encoders, task, problem };
  }

  test('every setting has a description', () => {
    expect(undescribed(recipe.config)).toEqual([]);
  });

  test('tables and encoders are plain data, the same each time', async () => {
    const [first, second] = [await build(), await build()];
    expect(second.corpus).toEqual(first.corpus);
    expect(JSON.parse(JSON.stringify(first.encoders))).toEqual(first.encoders);
    for (const row of first.corpus.train) for (const cell of Object.values(row)) expect(cell).toBeTypeOf('string');
  });

  test.skipIf(learningRate === undefined)('initial weights follow the seed', async () => {
    const [first, second, other] = [await build(1), await build(1), await build(2)];
    expect(stateValues(second.task.model)).toEqual(stateValues(first.task.model));
    expect(stateValues(other.task.model)).not.toEqual(stateValues(first.task.model));
  });

  test(`${learningRate === undefined ? '' : 'the loss falls and '}the chosen metric is reported for every test set`, async () => {
    const { task, problem } = await build();
    if (learningRate !== undefined) {
      const train = problem.train!;
      const losses = await trainSteps(task, train, await prepareBatches(train, 1), { steps, learningRate });
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    } else {
      expect(problem.train).toBeUndefined();
      if (problem.valid) problem.settle?.((await judgeRun(problem.valid)).log as never);
    }
    for (const [name, run] of Object.entries(problem.tests)) {
      const { log } = await judgeRun(run);
      expect(log[problem.best.metric], `${problem.best.metric} on ${name}`).toSatisfy(Number.isFinite);
    }
  });
}

/** Paths of leaf settings without a description. */
function undescribed(schema: z.ZodType, path: readonly string[] = []): string[] {
  const inner = unwrapped(schema);
  if (!('shape' in inner)) return (schema.description ?? inner.description) ? [] : [path.join('.')];
  return Object.entries(inner.shape as { [key: string]: z.ZodType }).flatMap(([key, field]) => undescribed(field, [...path, key]));
}

/** Through default, prefault, optional and nullable to what they hold. */
function unwrapped(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as { innerType?: z.ZodType };
  if (!innerType) return schema;
  return schema.description && !('shape' in unwrapped(innerType)) ? schema : unwrapped(innerType);
}
