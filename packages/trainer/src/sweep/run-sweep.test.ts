import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyRecipe } from '@s3/interface';
import { expect, it } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { outcome, temporaryFolder, tensorCount, toyEngine, toyRun, witness } from '../fixtures/toy-run.ts';
import { InterruptedError } from '../interrupted-error.ts';
import { runSweep } from './run-sweep.ts';
import { trialsOf } from './trials.ts';

const rates = 'optimizer.learningRate=0.0001,0.05,0.001';
const common = { workers: 0, corpus: { valid: true } };
const training = { totalSteps: 6, logStep: 3, saveStep: 2, gradientAccumulate: 2, evalStep: 2 };

interface Options {
  readonly config?: object;
  readonly recipe?: AnyRecipe;
  readonly signal?: AbortSignal;
  readonly onStep?: () => void;
}

function toySweep(targetDir: string, over = rates, { config = {}, recipe = toyRecipe, signal, onStep }: Options = {}) {
  const { seen, observer } = witness();
  const trials = trialsOf([over]).map((trial) => ({
    ...trial,
    config: {
      ...common,
      training,
      ...config,
      targetDir: join(targetDir, trial.name),
      cacheDir: join(targetDir, 'cache'),
      optimizer: { name: 'AdamW', learningRate: Number(Object.values(trial.settings)[0]) },
    },
  }));
  const observers = [observer, ...(onStep ? [{ progress: onStep }] : [])];
  const done = runSweep(recipe, { targetDir, trials }, { engine: toyEngine, observers, ...(signal && { signal }) });
  return { done, seen };
}

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

it('chooses on the validation set, and tests the best alone', async () => {
  const folder = temporaryFolder();
  const tensors = tensorCount();
  const { done, seen } = toySweep(folder);
  const result = await done;
  const values = result.runs.map(({ value }) => value!);
  const best = result.runs[values.indexOf(Math.min(...values))]!;
  expect(result).toMatchObject({ recipe: 'toy', metric: 'cost', order: 'min', best: best.name, chance: { cost: 1 } });
  expect(best.name).toBe('learningRate=0.05');
  expect(new Set(values).size).toBe(3);
  for (const { name, value, step } of result.runs) {
    expect(json(folder, name, 'train/valid_best/state.json').best).toEqual({ metric: 'cost', value, step });
    expect(existsSync(join(folder, name, 'evaluate'))).toBe(name === best.name);
  }
  expect(result.tests).toEqual(json(folder, best.name, 'metrics.json').tests);
  expect(json(folder, 'sweep.json')).toEqual(result);
  expect(seen.messages).toContain('info: learningRate=0.001: run 3 of 3');
  expect(tensorCount()).toBe(tensors);

  const alone = temporaryFolder();
  await toyRun(alone, { ...common, training: { evalStep: 2 } });
  expect(outcome(join(folder, best.name))).toEqual(outcome(alone));
});

it('shows all runs in a page that loads nothing', async () => {
  const folder = temporaryFolder();
  const { best } = await toySweep(folder).done;
  const page = readFileSync(join(folder, 'sweep.html'), 'utf8');
  expect(page).toContain('<h1>toy: 3 runs</h1>');
  expect(page).toContain("default-src 'none'");
  expect(page.match(/<tr class="main"><td>0\.05<\/td>/g)).toHaveLength(1);
  expect(page.match(/data-name="learningRate=/g)).toHaveLength(3);
  expect(page).toContain(`<a href="learningRate%3D0.05/report.html">${best}</a>, chosen on the validation set.`);
});

it('makes nothing again, and trains values that come later', async () => {
  const folder = temporaryFolder();
  const first = await toySweep(folder, 'optimizer.learningRate=0.0001,0.05').done;
  const again = toySweep(folder, 'optimizer.learningRate=0.0001,0.05');
  expect(await again.done).toEqual(first);
  expect(again.seen.stages).toEqual([]);
  const more = toySweep(folder, 'optimizer.learningRate=0.0001,0.05,0.001');
  expect((await more.done).best).toBe('learningRate=0.05');
  expect(more.seen.messages.filter((text) => /trained before|run 3 of 3/.test(text))).toHaveLength(3);
  const longer = toySweep(folder, 'optimizer.learningRate=0.0001,0.05', { config: { training: { ...training, totalSteps: 8 } } });
  expect((await longer.done).runs.map(({ step }) => step)).toEqual([8, 8]);
  expect(longer.seen.steps.filter((step) => step > 6)).toEqual([7, 8, 7, 8]);
});

it('goes on from where it was stopped', async () => {
  const folder = temporaryFolder();
  const controller = new AbortController();
  const { done, seen } = toySweep(folder, rates, {
    signal: controller.signal,
    onStep: () => void (seen.steps.length > 9 && controller.abort()),
  });
  await expect(done).rejects.toThrow(InterruptedError);
  expect(json(folder, 'sweep.json').runs.map(({ value }: { value?: number }) => value === undefined)).toEqual([false, true, true]);
  const straight = temporaryFolder();
  const [{ runs, ...rest }, undisturbed] = [await toySweep(folder).done, await toySweep(straight).done];
  expect(rest).toEqual({ ...undisturbed, runs: undefined });
  expect(runs.map(({ value }) => value)).toEqual(undisturbed.runs.map(({ value }) => value));
});

it('tells of a run that fails, makes the others, and tests nothing before all are there', async () => {
  const folder = temporaryFolder();
  const recipe: AnyRecipe = {
    ...toyRecipe,
    buildTask: async (parts) => {
      if (
        existsSync(join(folder, 'broken')) &&
        (parts.config as never as { optimizer: { learningRate: number } }).optimizer.learningRate === 0.05
      )
        throw new Error('too fast\nand more');
      return toyRecipe.buildTask(parts as never);
    },
  };
  writeFileSync(join(folder, 'broken'), '');
  const { done, seen } = toySweep(folder, rates, { recipe });
  await expect(done).rejects.toThrow(/1 of 3 runs that failed, as said above: learningRate=0\.05.*what is trained is kept/s);
  expect(seen.messages).toContain('warning: learningRate=0.05 failed: too fast\nand more');
  expect(json(folder, 'sweep.json').runs.map(({ failed }: { failed?: string }) => failed)).toEqual([undefined, 'too fast', undefined]);
  expect(readFileSync(join(folder, 'sweep.html'), 'utf8')).toContain('failed: too fast');
});

it.each([
  [{ training: { ...training, evalStep: null } }, /no validation set that is judged while training \(training\.evalStep null\)/],
  [{ stop: 1 }, /start and stop: found 0 and 1|start and stop: found undefined and 1/],
])('refuses before anything is trained: %j', async (config, message) => {
  const folder = temporaryFolder();
  await expect(toySweep(folder, rates, { config }).done).rejects.toThrow(message);
  expect(existsSync(join(folder, 'learningRate=0.0001'))).toBe(false);
});

it('has nothing to choose where every run diverges', async () => {
  const folder = temporaryFolder();
  const recipe: AnyRecipe = {
    ...toyRecipe,
    buildProblem: async (parts) => {
      const problem = await toyRecipe.buildProblem(parts as never);
      const { valid } = problem;
      const reduce: typeof valid = valid && { ...valid, reduce: () => ({ log: { cost: Number.NaN } }) };
      return { ...problem, ...(reduce && { valid: reduce }) };
    },
  };
  await expect(toySweep(folder, rates, { recipe }).done).rejects.toThrow(/no run whose validation gives a number/);
});
