import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyRecipe, InputError, S3Error } from '@s3/interface';
import type { CommandContext } from './command-context.ts';
import { unknownName } from './unknown-name.ts';

/**
 * The recipe of a name, or that of a module given by its path.
 *
 * @throws InputError for a name that nobody has, or a module without a recipe
 */
export async function findRecipe({ recipes }: Pick<CommandContext, 'recipes'>, name: string | undefined): Promise<AnyRecipe> {
  const names = recipes.map((recipe) => recipe.name);
  if (name === undefined || name.startsWith('-')) {
    const found = name === undefined ? 'no recipe' : `'${name}' where the recipe's name stands`;
    throw new InputError(
      'command line',
      found,
      `one of ${names.join(', ')}`,
      `Put it first, such as: s3 run ${names[0] ?? 'RECIPE'} --targetDir exp`,
    );
  }
  const entry = recipes.find((recipe) => recipe.name === name);
  if (entry) return entry.load();
  if (/[\\/]|\.[cm]?[jt]s$/.test(name)) return recipeOfModule(name);
  throw unknownName('recipe', name, names, 'A recipe of your own is given by the path of its module.');
}

/** The recipe that a module exports as its default. @throws InputError for a file that is not there, or not a recipe */
export async function recipeOfModule(path: string): Promise<AnyRecipe> {
  if (!existsSync(path)) throw new InputError(path, 'no such file', 'a module that exports a recipe as its default', 'Correct the path.');
  const { href } = pathToFileURL(resolve(path));
  const module: { readonly default?: Partial<AnyRecipe> } = await import(/* @vite-ignore */ href).catch((cause) => {
    throw S3Error.isInstance(cause) ? cause : unloadable(path, cause);
  });
  const recipe = module.default;
  if (typeof recipe?.name === 'string' && recipe.config && recipe.prepare && recipe.buildTask && recipe.buildProblem)
    return recipe as AnyRecipe;
  throw new InputError(
    path,
    'a module whose default export is no recipe',
    'what defineRecipe gives',
    'Write `export default defineRecipe({ ... })`.',
  );
}

/** What the author of a module has to know: the error, and the line where it arose. */
function unloadable(path: string, cause: unknown): InputError {
  const { name, message, stack = '' } = cause instanceof Error ? cause : new Error(String(cause));
  const [line] = /file:\/\/[^\s)]+:\d+/.exec(stack) ?? [];
  const found = `a module that does not load (${name}: ${message}${line === undefined ? '' : `, ${line}`})`;
  return new InputError(path, found, 'a module that exports a recipe as its default', 'Mend the module, or install what it imports.', {
    cause,
  });
}
