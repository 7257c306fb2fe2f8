import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyRecipe, InputError } from '@s3/interface';
import { type CommandLineOptions, recipeOfModule } from '@s3/trainer/command-line';
import { Option } from 'commander';

type Recipes = CommandLineOptions['recipes'];

/** Of commands that take a checkpoint: where its recipe is, if the program does not know it. */
export const recipeOption = () =>
  new Option('--recipe <module>', 'path of the module of the recipe that made the checkpoint, if that is one of your own');

/**
 * The recipes that a checkpoint may be of: these, and before them that of a module, which may have kept the name of one.
 *
 * @throws InputError for a module that is not there, or that exports no recipe
 */
export async function recipesWith(recipes: Recipes, module: string | undefined): Promise<Recipes> {
  return module === undefined ? recipes : [await recipeOfModule(module), ...recipes];
}

/**
 * The recipe that a checkpoint was made by.
 *
 * @throws InputError for a folder that is no checkpoint, or one of a recipe that is not among these
 */
export async function checkpointRecipe(recipes: Recipes, checkpoint: string): Promise<AnyRecipe> {
  const name = await recipeName(checkpoint);
  const entry = recipes.find((recipe) => recipe.name === name);
  if (entry) return 'load' in entry ? entry.load() : entry;
  const known = recipes.map((recipe) => recipe.name).join(', ');
  const remedy = 'Say where its recipe is, such as --recipe ./my-recipe.mjs.';
  throw new InputError(checkpoint, `a checkpoint of the recipe '${name}'`, `one of ${known}`, remedy);
}

async function recipeName(checkpoint: string): Promise<string> {
  const [{ readCheckpoint }, { isZip }] = await Promise.all([import('@s3/trainer'), import('@s3/trainer/memory')]);
  if (isZip(checkpoint)) return (await readCheckpoint(checkpoint)).state.recipe;
  try {
    return (JSON.parse(await readFile(join(checkpoint, 'state.json'), 'utf8')) as { readonly recipe: string }).recipe;
  } catch (cause) {
    const remedy = 'Give a folder such as exp/asv/train/step_600.';
    throw new InputError(checkpoint, 'no state.json that can be read', 'the folder of a checkpoint, or its zip', remedy, { cause });
  }
}
