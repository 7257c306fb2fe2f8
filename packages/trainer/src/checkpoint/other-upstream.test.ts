import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineRecipe } from '@s3/interface';
import { expect, it } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine, witness } from '../fixtures/toy-run.ts';
import { runRecipe } from '../run.ts';
import { loadTask } from './load.ts';

/** The toy recipe on a frozen upstream of these files. */
const onUpstream = (upstreamFingerprint: string) =>
  defineRecipe({
    ...toyRecipe.spec,
    buildTask: async (build) => {
      const task = await toyRecipe.spec.buildTask(build);
      return { ...task, model: { ...task.model, upstreamFingerprint } };
    },
  });

const folder = temporaryFolder();
const checkpoint = join(folder, 'train', 'step_2');

async function run(upstream: string, settings: object = {}, training: object = {}) {
  const { seen, observer } = witness();
  await runRecipe(
    onUpstream(upstream),
    { targetDir: folder, cacheDir: folder, workers: 0, ...settings, training: { totalSteps: 2, logStep: 2, saveStep: 2, ...training } },
    { engine: toyEngine, observers: [observer] },
  );
  return seen;
}

const warnings = async (upstream: string): Promise<readonly string[]> => {
  const seen: string[] = [];
  (await loadTask(onUpstream(upstream), checkpoint, { onMessage: (text) => seen.push(text) })).dispose();
  return seen;
};

it('is told wherever a checkpoint is used, and refused where training would go on', async () => {
  expect((await run('first')).messages).toEqual([]);
  expect(readdirSync(join(folder, 'train'))).toContain('step_2');
  expect(await warnings('first')).toEqual([]);
  expect(await warnings('second')).toEqual([expect.stringMatching(/step_2 was trained on an upstream .* of other files than it has now/)]);

  const more = { totalSteps: 4 };
  await expect(run('second', {}, more)).rejects.toThrow(
    /step_2: found a checkpoint made with other settings .*: upstream: other files; expected/,
  );
  // tested anew, since the results that are there are those of the first
  const tested = await run('second', { start: 3 });
  expect(tested.messages).toEqual([expect.stringContaining('of other files than it has now')]);
  expect(tested.entries.some(({ split }) => split === 'test')).toBe(true);
  const goneOn = await run('second', {}, { ...more, onConfigChange: 'continue' });
  expect(goneOn.messages).toContainEqual(expect.stringContaining('upstream: other files'));
});
