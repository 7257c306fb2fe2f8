import { type AnyTask, type AnyTaskRecipe, InputError, parseConfig } from '@s3/interface';
import { requireTask } from '../stages/recipe-results.ts';
import type { Checkpoint } from './checkpoint-state.ts';

/** The task that a recipe builds. */
export type TaskOf<R extends AnyTaskRecipe> = R extends { readonly spec: { readonly buildTask: (build: never) => infer Built } }
  ? Awaited<Built> extends AnyTask
    ? Awaited<Built>
    : AnyTask
  : AnyTask;

/** Settings that differ from those that a checkpoint was made with. */
export interface SettingOverrides {
  /**
   * Settings that replace those of the checkpoint, such as a path that is another one on
   * this machine: nested (`{ upstream: { path: 'x' } }`) or dotted (`{ 'upstream.path': 'x' }`)
   */
  readonly overrides?: { readonly [setting: string]: unknown };
  /** as `overrides`, within the section `task` */
  readonly taskOverrides?: { readonly [setting: string]: unknown };
}

/**
 * Builds the task of a checkpoint, with initial weights; `saved.load` gives it the trained ones.
 *
 * @param recipe the one that made it, or its half that needs no files; sections that are not its own are passed over
 * @throws InputError for a checkpoint of another recipe
 * @throws ConfigError for overrides that the recipe refuses
 */
export async function taskOfCheckpoint<R extends AnyTaskRecipe>(
  recipe: R,
  { directory, state, config, encoders }: Checkpoint,
  {
    overrides = {},
    taskOverrides = {},
    cacheDir,
  }: SettingOverrides & {
    /** shared between runs */
    readonly cacheDir: string;
  },
): Promise<TaskOf<R>> {
  if (state.recipe !== recipe.name) {
    throw new InputError(
      directory,
      `a checkpoint of recipe ${state.recipe}`,
      `one of ${recipe.name}`,
      'Load it with the recipe that made it.',
    );
  }
  const own = Object.fromEntries(Object.entries(config).filter(([section]) => section in recipe.config.shape));
  const changed = withOverrides(withOverrides(own, overrides), { task: taskOverrides });
  const task = await recipe.buildTask({
    config: parseConfig(`${recipe.name}, loaded from ${directory}/config.yaml`, recipe.config, changed) as never,
    encoders: encoders as never,
    context: { seed: state.seed, cacheDir },
  });
  return requireTask(recipe, task) as TaskOf<R>;
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
