import type { AnyRecipe } from '@s3/interface';
import { userCacheDir } from '../config/run-settings.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { otherUpstream } from './other-upstream.ts';
import { type SettingOverrides, type TaskOf, taskOfCheckpoint } from './task-of-checkpoint.ts';

/** How a checkpoint is loaded. */
export interface LoadOptions extends SettingOverrides {
  /** shared between runs; the user's cache folder unless given */
  readonly cacheDir?: string;
  /** told where the upstream's files are not those of training; nobody is, unless given */
  readonly onMessage?: (text: string) => void;
}

/**
 * Builds the task of a checkpoint and loads model and task; neither corpus nor target directory is needed.
 *
 * @param checkpoint folder of a checkpoint, such as `exp/asv/train/step_600`
 * @throws InputError for a damaged checkpoint, or one of another recipe
 * @throws ConfigError for overrides that the recipe refuses
 * @throws StateError when the overrides change the shape of a weight
 */
export async function loadModelAndTask<R extends AnyRecipe>(
  recipe: R,
  checkpoint: string,
  options: LoadOptions = {},
): Promise<{ readonly model: TaskOf<R>['model']; readonly task: TaskOf<R> }> {
  const { saved, task } = await build(recipe, checkpoint, options);
  await saved.load('model', task.model);
  await saved.load('task', task);
  return { model: task.model, task };
}

/** The model of a checkpoint, without what its task adds; otherwise as `loadModelAndTask`. */
export async function loadModel<R extends AnyRecipe>(
  recipe: R,
  checkpoint: string,
  options: LoadOptions = {},
): Promise<TaskOf<R>['model']> {
  const { saved, task } = await build(recipe, checkpoint, options);
  await saved.load('model', task.model);
  task.dispose();
  return task.model;
}

/** The task of a checkpoint with its model; otherwise as `loadModelAndTask`. */
export async function loadTask<R extends AnyRecipe>(recipe: R, checkpoint: string, options: LoadOptions = {}): Promise<TaskOf<R>> {
  return (await loadModelAndTask(recipe, checkpoint, options)).task;
}

async function build<R extends AnyRecipe>(
  recipe: R,
  directory: string,
  { cacheDir = userCacheDir(), onMessage, ...overrides }: LoadOptions,
): Promise<{ readonly saved: Checkpoint; readonly task: TaskOf<R> }> {
  const saved = await readCheckpoint(directory);
  const task = await taskOfCheckpoint(recipe, saved, { ...overrides, cacheDir });
  const other = otherUpstream(saved, task);
  if (other !== undefined) onMessage?.(other);
  return { saved, task };
}
