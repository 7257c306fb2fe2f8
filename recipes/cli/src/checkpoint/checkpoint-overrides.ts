import { join } from 'node:path';
import { type AnyRecipe, InputError } from '@s3/interface';

/** Settings that a command line gives over those of a checkpoint. */
export interface CheckpointOverrides {
  /** every section that the recipe has; none without words */
  readonly overrides: { readonly [section: string]: unknown };
  /** sections in which something is another than in the checkpoint, also those of a run: `training`, `workers` */
  readonly changed: readonly string[];
}

/**
 * Reads settings that are given over those of a checkpoint.
 *
 * @param checkpoint its folder, or a zip of it
 * @param words such as `--task.decoder.type`, `greedy`
 * @throws SettingsError naming every setting that is unknown or of another type
 */
export async function checkpointOverrides(recipe: AnyRecipe, checkpoint: string, words: readonly string[]): Promise<CheckpointOverrides> {
  if (words.length === 0) return { overrides: {}, changed: [] };
  const [{ readCheckpoint, resolveConfig }, { isZip }] = await Promise.all([import('@s3/trainer'), import('@s3/trainer/memory')]);
  // a folder's file has lines, which messages name
  const source = isZip(checkpoint)
    ? { saved: { settings: (await readCheckpoint(checkpoint)).config, from: checkpoint } }
    : { files: [join(checkpoint, 'config.yaml')] };
  const [{ config: before }, { config }] = await Promise.all([resolveConfig(recipe, source), resolveConfig(recipe, { ...source, words })]);
  return {
    overrides: Object.fromEntries(Object.entries(config).filter(([section]) => section in recipe.config.shape)),
    changed: Object.keys(config).filter((section) => JSON.stringify(config[section]) !== JSON.stringify(before[section])),
  };
}

/** A recipe whose task tells which sections of the settings it is built of. */
export function watchSections(recipe: AnyRecipe): { readonly recipe: AnyRecipe; readonly read: ReadonlySet<string> } {
  const read = new Set<string>();
  const watched: AnyRecipe = {
    ...recipe,
    buildTask: ({ config, ...build }) =>
      recipe.buildTask({
        ...build,
        config: new Proxy(config as object, {
          get(settings, section) {
            if (typeof section === 'string') read.add(section);
            return Reflect.get(settings, section) as unknown;
          },
        }) as never,
      }),
  };
  return { recipe: watched, read };
}

/**
 * @param does what is done with the checkpoint: `predicting`
 * @throws InputError for settings that would make no difference
 */
export function refuseUnread({ changed }: CheckpointOverrides, read: ReadonlySet<string>, does: string): void {
  const unread = changed.filter((section) => !read.has(section));
  if (unread.length === 0) return;
  throw new InputError(
    'command line',
    `settings of ${unread.join(', ')}, which ${does} does not read`,
    `settings of what the task is built of: ${[...read].join(', ')}`,
    'Leave them out; for another network, train another run.',
  );
}
