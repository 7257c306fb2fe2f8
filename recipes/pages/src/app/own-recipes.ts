import type { AnyTaskRecipe } from '@s3/interface';

/** Recipes of other packages; where a checkpoint needs one, the page is bundled with another file in the place of this one. */
export const ownRecipes: { readonly [recipe: string]: () => Promise<{ readonly default?: AnyTaskRecipe }> } = {};
