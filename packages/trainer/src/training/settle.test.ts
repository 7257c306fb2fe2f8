import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyRecipe, defineProblem, defineRecipe, type Log, type PhaseRun, type Problem } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine, witness } from '../fixtures/toy-run.ts';
import { InterruptedError } from '../interrupted-error.ts';
import { runRecipe } from '../run.ts';

/** The toy recipe without its training: what validation says becomes the bias of the task's head. */
function untrained(onJudged = () => {}): { readonly recipe: AnyRecipe; readonly heard: number[] } {
  const heard: number[] = [];
  const judged = (collect: PhaseRun<Log>['collect']): PhaseRun<Log>['collect'] => {
    return (fields, batch) => {
      onJudged();
      return collect(fields, batch);
    };
  };
  const { optimizer: _optimizer, scheduler: _scheduler, training, ...settings } = toyRecipe.spec.settings;
  const recipe = defineRecipe({
    ...toyRecipe.spec,
    settings: { ...settings, training: training.unwrap().pick({ seed: true, onConfigChange: true }).prefault({}) } as never,
    async buildProblem(build): Promise<Problem> {
      const { train: _, valid, ...problem } = await toyRecipe.spec.buildProblem(build as never);
      const bias = build.task.state().tensors['head.bias'] as tf.Variable;
      return defineProblem<Log>({
        ...(problem as Problem),
        ...(valid && { valid: { ...(valid as PhaseRun<Log>), collect: judged(valid.collect) } }),
        settle({ cost }) {
          heard.push(cost!);
          tf.tidy(() => bias.assign(tf.tensor1d([cost!, 0])));
        },
      });
    },
  });
  return { recipe, heard };
}

const run = async (recipe: AnyRecipe, targetDir: string, config: object = {}, signal?: AbortSignal) => {
  const { seen, observer } = witness();
  const all = { targetDir, cacheDir: join(targetDir, 'cache'), workers: 0, corpus: { valid: true }, ...config };
  const result = await runRecipe(recipe, all, { engine: toyEngine, observers: [observer], ...(signal && { signal }) });
  return { result, seen };
};

test('what validation settles is saved, tested and not settled again', async () => {
  const [targetDir, { recipe, heard }] = [temporaryFolder(), untrained()];
  const first = await run(recipe, targetDir);
  expect(first.result).toMatchObject({ steps: 0, checkpoints: { one: 'valid_best' } });
  expect(heard).toHaveLength(1);
  expect(first.seen.entries.map(({ split, step }) => [split, step])).toEqual([
    ['valid', 0],
    ['test', 0],
    ['test', 0],
  ]);
  const state = JSON.parse(readFileSync(join(targetDir, 'train', 'valid_best', 'state.json'), 'utf8'));
  expect(state).toMatchObject({ step: 0, best: { metric: 'cost', value: heard[0] } });
  expect(readFileSync(join(targetDir, 'report.html'), 'utf8')).toMatch(/Nothing is trained here\.[\s\S]*validation/);

  const again = await run(recipe, targetDir);
  expect(again.result.tests).toEqual(first.result.tests);
  expect(heard).toHaveLength(1);

  // tested anew it has what was settled, not what it was built with
  rmSync(join(targetDir, 'evaluate'), { recursive: true });
  expect((await run(recipe, targetDir)).result.tests).toEqual(first.result.tests);
  expect(heard).toHaveLength(1);
});

test('refuses other settings on the same folder, unless told to go on', async () => {
  const [targetDir, { recipe }] = [temporaryFolder(), untrained()];
  await run(recipe, targetDir);
  await expect(run(recipe, targetDir, { model: { size: 7 } })).rejects.toThrow(/other settings.*model\.size/s);
});

test('without a validation set it tests what was built', async () => {
  const [targetDir, { recipe, heard }] = [temporaryFolder(), untrained()];
  const { result } = await run(recipe, targetDir, { corpus: { valid: false } });
  expect(result).toMatchObject({ steps: 0, checkpoints: { one: 'step_0' } });
  expect(heard).toEqual([]);
});

test('asked to stop while it judges, it saves nothing and begins again', async () => {
  const [targetDir, controller] = [temporaryFolder(), new AbortController()];
  const stopped = untrained(() => controller.abort());
  await expect(run(stopped.recipe, targetDir, {}, controller.signal)).rejects.toThrow(InterruptedError);
  expect([stopped.heard, existsSync(join(targetDir, 'train', 'step_0'))]).toEqual([[], false]);
  const { recipe, heard } = untrained();
  await run(recipe, targetDir);
  expect(heard).toHaveLength(1);
});
