import { parseConfig } from '@s3/interface';
import { firstTrainingBatch, miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature
let root: string;
beforeAll(async () => {
  const files = [
    'id10001/zz/00001.wav',
    'id10001/zz/00002.wav',
    'id10270/yy/00001.wav',
    'id10270/yy/00002.wav',
    'id10001/xx/00003.wav',
    'id10270/xx/00003.wav',
  ];
  const places = files.map((file, index) => [`${file.startsWith('id10270') ? 'test' : 'dev'}/wav/${file}`, index] as const);
  root = await miniatureCorpus({
    ...Object.fromEntries(places),
    'iden_split.txt': files.map((file, index) => `${index < 4 ? 1 : index - 2} ${file}`),
  });
});

test('VoxCeleb1 in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, recipeContext(root));
  expect([corpus.train, corpus.valid!, corpus.tests['test']!].map((table) => table.map(({ label }) => label))).toEqual([
    ['id10001', 'id10001', 'id10270', 'id10270'],
    ['id10001'],
    ['id10270'],
  ]);
  const { lengths, labels } = await firstTrainingBatch(recipe, config, corpus, root);
  expect(lengths.every((length) => length > 1600)).toBe(true);
  expect(labels).toHaveLength(4);
});
