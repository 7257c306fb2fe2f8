import { type AnyTaskRecipe, InputError } from '@s3/interface';
import { pageRecipes } from '../page-recipes.ts';
import { ownRecipes } from './own-recipes.ts';

/** Each is fetched when a checkpoint asks for it. */
const taskRecipes: { readonly [recipe in (typeof pageRecipes)[number]]: () => Promise<{ readonly default: AnyTaskRecipe }> } = {
  'espnet-spk': () => import('@s3/espnet-spk/task'),
  'hear-event': () => import('@s3/hear-event/task'),
  'hear-scene': () => import('@s3/hear-scene/task'),
  'own-classes': () => import('@s3/own-classes/task'),
  'superb-asr': () => import('@s3/superb-asr/task'),
  'superb-asv': () => import('@s3/superb-asv/task'),
  'superb-er': () => import('@s3/superb-er/task'),
  'superb-ic': () => import('@s3/superb-ic/task'),
  'superb-ks': () => import('@s3/superb-ks/task'),
  'superb-pr': () => import('@s3/superb-pr/task'),
  'superb-sd': () => import('@s3/superb-sd/task'),
  'superb-sf': () => import('@s3/superb-sf/task'),
  'superb-sid': () => import('@s3/superb-sid/task'),
};

/**
 * The half of a recipe that builds the task of its checkpoints.
 *
 * @throws InputError for a recipe that the page does not bring, or whose module exports none
 */
export async function taskRecipe(name: string): Promise<AnyTaskRecipe> {
  if (Object.hasOwn(taskRecipes, name)) return (await taskRecipes[name as keyof typeof taskRecipes]()).default;
  if (Object.hasOwn(ownRecipes, name)) {
    const { default: recipe } = await ownRecipes[name]!();
    if (recipe?.name === name && typeof recipe.buildTask === 'function') return recipe;
    const found = recipe?.name === undefined ? 'a module without a recipe' : `a recipe that calls itself '${recipe.name}'`;
    throw new InputError(
      `recipe ${name}`,
      found,
      `what defineTaskRecipe or defineRecipe gives for '${name}'`,
      'Make it the default export.',
    );
  }
  throw new InputError(
    'checkpoint',
    `one of the recipe '${name}'`,
    `one of ${pageRecipes.join(', ')}, or of a package that is installed`,
    'Serve it in a project that has the package of the recipe, or use `s3 predict`.',
  );
}
