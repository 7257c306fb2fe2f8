/** The recipes of S3 whose checkpoints a page knows. */
export const pageRecipes = [
  'espnet-spk',
  'hear-event',
  'hear-scene',
  'own-classes',
  'superb-asr',
  'superb-asv',
  'superb-er',
  'superb-ic',
  'superb-ks',
  'superb-pr',
  'superb-sd',
  'superb-sf',
  'superb-sid',
] as const;
