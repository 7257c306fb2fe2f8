import { join } from 'node:path';
import type { AnyRecipe } from '@s3/interface';

/**
 * Settings that a command line gives over those of a checkpoint, by section: every section that the recipe reads; none without words.
 *
 * @param checkpoint its folder, or a zip of it
 * @param words such as `--task.decoder.type`, `greedy`
 * @throws SettingsError naming every setting that is unknown or of another type
 */
export async function checkpointOverrides(
  recipe: AnyRecipe,
  checkpoint: string,
  words: readonly string[],
): Promise<{ readonly [section: string]: unknown }> {
  if (words.length === 0) return {};
  const { readCheckpoint, resolveConfig } = await import('@s3/trainer');
  // a folder's file has lines, which messages name
  const source = /\.zip$/i.test(checkpoint)
    ? { saved: { settings: (await readCheckpoint(checkpoint)).config, from: checkpoint } }
    : { files: [join(checkpoint, 'config.yaml')] };
  const { config } = await resolveConfig(recipe, { ...source, words });
  return Object.fromEntries(Object.entries(config).filter(([section]) => section in recipe.config.shape));
}
