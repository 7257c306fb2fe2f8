import { join } from 'node:path';
import { type AnyRecipe, type AnyTask, InputError, parseConfig } from '@s3/interface';
import { type Checkpoint, readCheckpoint } from './checkpoint/checkpoint.ts';
import { userCacheDir } from './run-settings.ts';

/** The task that a recipe builds. */
export type TaskOf<R extends AnyRecipe> = R extends { readonly spec: { readonly buildTask: (build: never) => infer Built } }
  ? Awaited<Built> extends AnyTask
    ? Awaited<Built>
    : AnyTask
  : AnyTask;

export interface LoadOptions {
  /**
   * Settings that replace those of the checkpoint, such as a path that is another one on
   * this machine: nested (`{ upstream: { path: 'x' } }`) or dotted (`{ 'upstream.path': 'x' }`)
   */
  readonly overrides?: { readonly [setting: string]: unknown };
  /** as `overrides`, within the section `task` */
  readonly taskOverrides?: { readonly [setting: string]: unknown };
  /** shared between runs; the user's cache folder unless given */
  readonly cacheDir?: string;
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
  options: LoadOptions,
): Promise<{ readonly saved: Checkpoint; readonly task: TaskOf<R> }> {
  const saved = await readCheckpoint(directory);
  if (saved.state.recipe !== recipe.name) {
    throw new InputError(
      directory,
      `a checkpoint of recipe ${saved.state.recipe}`,
      `one of ${recipe.name}`,
      'Load it with the recipe that made it.',
    );
  }
  const config = Object.fromEntries(Object.entries(saved.config).filter(([section]) => section in recipe.config.shape));
  const changed = withOverrides(withOverrides(config, options.overrides ?? {}), { task: options.taskOverrides ?? {} });
  const task = await recipe.buildTask({
    config: parseConfig(`${recipe.name}, loaded from ${join(directory, 'config.yaml')}`, recipe.config, changed) as never,
    encoders: saved.encoders as never,
    context: { seed: saved.state.seed, cacheDir: options.cacheDir ?? userCacheDir() },
  });
  return { saved, task: task as TaskOf<R> };
}

type Settings = { readonly [setting: string]: unknown };

function withOverrides(config: Settings, overrides: Settings): Settings {
  const result: { [setting: string]: unknown } = { ...config };
  for (const [path, value] of Object.entries(overrides)) {
    const [key, ...rest] = path.split('.') as [string, ...string[]];
    const inner = rest.length > 0 ? { [rest.join('.')]: value } : value;
    result[key] = isSettings(inner) && isSettings(result[key] ?? {}) ? withOverrides((result[key] ?? {}) as Settings, inner) : inner;
  }
  return result;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
