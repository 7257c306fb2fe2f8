import type { RecipeEntry } from '@s3/trainer/command-line';

/** The recipes of this workspace; each is loaded when it is asked for, so that `s3 --help` answers at once. */
export const recipes: readonly RecipeEntry[] = [
  {
    name: 'superb-asv',
    summary: 'Speaker verification on VoxCeleb1 or csv files, scored by equal error rate',
    load: async () => (await import('@s3/superb-asv')).default,
  },
];
