import type { AnyRecipe } from '@s3/interface';

/** The recipe's sections of a saved configuration; settings that are newer than it had their defaults. */
export function savedSettings(
  recipe: Pick<AnyRecipe, 'config'>,
  config: { readonly [section: string]: unknown },
): { readonly [section: string]: unknown } {
  const saved = Object.fromEntries(Object.entries(config).filter(([name]) => name in recipe.config.shape));
  const complete = recipe.config.safeParse(saved);
  return complete.success ? complete.data : saved;
}
