import { selectEngine } from '@s3/engine';
import type { AnyTask } from '@s3/interface';
import { openCheckpointFiles, taskOfCheckpoint } from '@s3/trainer/memory';
import { z } from 'zod';
import { pageSettings } from '../page-settings.ts';
import { doneWithout, fetchBytes, fetchCheckpoint } from './fetch-checkpoint.ts';
import type { CallProgress, Calls, Opened } from './protocol.ts';
import { taskRecipe } from './task-recipes.ts';

// zod would make functions of text, which a strict Content-Security-Policy refuses
z.config({ jitless: true });

export interface OpenedCheckpoint {
  readonly task: AnyTask;
  readonly description: Opened;
}

/**
 * Fetches the checkpoint of the page, checks it as Node does, builds its task and loads the weights.
 *
 * @param site address of the page's folder
 * @throws InputError, ConfigError, StateError for a checkpoint that is not whole, or of a recipe that the page does not bring
 */
export async function openedCheckpoint(
  site: URL,
  { engine: engineName, threads }: Parameters<Calls['open']>[0],
  onProgress: (progress: CallProgress) => void,
): Promise<OpenedCheckpoint> {
  const page = pageSettings.parse(JSON.parse(new TextDecoder().decode(await fetchBytes(new URL('page.json', site)))));
  const engine = await selectEngine(engineName, new URL('wasm/', site).href, { threads });
  const files = await fetchCheckpoint(new URL('checkpoint/', site), (bytes) =>
    onProgress({ what: 'Fetching the checkpoint', done: Math.round(bytes / 1e5) / 10, unit: 'MB' }),
  );
  const saved = openCheckpointFiles(files, page.name, '', doneWithout);
  const recipe = await taskRecipe(saved.state.recipe);
  onProgress({ what: 'Building the model', done: 0, unit: '' });
  const task: AnyTask = await taskOfCheckpoint(recipe, saved, { overrides: page.overrides, cacheDir: '' });
  await saved.load('model', task.model);
  await saved.load('task', task);
  const { sampleRate, minSamples = 1 } = task.model;
  return {
    task,
    description: {
      recipe: recipe.name,
      task: task.name,
      step: saved.state.step,
      engine,
      sampleRate,
      minSeconds: minSamples / sampleRate,
      isPiecewise: task.predictRecording !== undefined,
      settings: (saved.config['task'] ?? {}) as Opened['settings'],
      encoders: saved.encoders,
      page,
    },
  };
}
