import { type AnyTaskRecipe, InputError } from '@s3/interface';

/** The recipes whose checkpoints a page knows; each is fetched when a checkpoint asks for it. */
const taskRecipes: { readonly [recipe: string]: () => Promise<{ readonly default: AnyTaskRecipe }> } = {
  'espnet-spk': () => import('@s3/espnet-spk/task'),
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
 * @throws InputError for a recipe that the page does not bring
 */
export async function taskRecipe(name: string): Promise<AnyTaskRecipe> {
  if (Object.hasOwn(taskRecipes, name)) return (await taskRecipes[name]!()).default;
  throw new InputError(
    'checkpoint',
    `one of the recipe '${name}'`,
    `one of ${Object.keys(taskRecipes).join(', ')}`,
    'Pages bring the recipes of S3 alone; `s3 predict` uses others too.',
  );
}
