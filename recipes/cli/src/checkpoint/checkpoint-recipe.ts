import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyRecipe, InputError } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';

/**
 * The recipe that a checkpoint was made by.
 *
 * @throws InputError for a folder that is no checkpoint, or one of a recipe that is not among these
 */
export async function checkpointRecipe(recipes: CommandLineOptions['recipes'], checkpoint: string): Promise<AnyRecipe> {
  const name = await recipeName(checkpoint);
  const entry = recipes.find((recipe) => recipe.name === name);
  if (entry) return 'load' in entry ? entry.load() : entry;
  const known = recipes.map((recipe) => recipe.name).join(', ');
  const remedy = 'Load it from a program, with its own recipe.';
  throw new InputError(checkpoint, `a checkpoint of the recipe '${name}'`, `one of ${known}`, remedy);
}

async function recipeName(checkpoint: string): Promise<string> {
  if (/\.zip$/i.test(checkpoint)) return (await (await import('@s3/trainer')).readCheckpoint(checkpoint)).state.recipe;
  try {
    return (JSON.parse(await readFile(join(checkpoint, 'state.json'), 'utf8')) as { readonly recipe: string }).recipe;
  } catch (cause) {
    const remedy = 'Give a folder such as exp/asv/train/step_600.';
    throw new InputError(checkpoint, 'no state.json that can be read', 'the folder of a checkpoint, or its zip', remedy, { cause });
  }
}
