import { parseConfig } from '@s3/interface';
import { firstTrainingBatch, miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature
let root: string;
beforeAll(async () => {
  const files: { [path: string]: number | string[] } = {};
  for (const session of [1, 2, 3, 4, 5]) {
    const dialog = `Ses0${session}F_impro01`;
    const emotions = ['neu', 'hap', 'ang', 'sad', 'exc', 'fru'];
    files[`Session${session}/dialog/EmoEvaluation/${dialog}.txt`] = emotions.map(
      (emotion, index) => `[${index}.0 - ${index}.9]\t${dialog}_F00${index}\t${emotion}\t[2.5, 2.5, 2.5]`,
    );
    for (let index = 0; index < 5; index++)
      files[`Session${session}/sentences/wav/${dialog}/${dialog}_F00${index}.wav`] = session * 5 + index;
  }
  root = await miniatureCorpus(files);
});

test('IEMOCAP in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root, testFold: 0 },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, recipeContext(root));
  expect([corpus.train.length, corpus.valid!.length, corpus.tests['session1']!.length]).toEqual([16, 4, 5]);
  expect(new Set(corpus.train.map(({ label }) => label))).toEqual(new Set(['ang', 'hap', 'neu', 'sad']));
  const { lengths, labels } = await firstTrainingBatch(recipe, config, corpus, root);
  expect(lengths.every((length) => length > 1600)).toBe(true);
  expect(labels).toHaveLength(4);
});

test('IEMOCAP needs to be told the fold', async () => {
  const config = parseConfig(recipe.name, recipe.config, { corpus: { root }, upstream: { name: 'fbank' } }) as never;
  await expect(recipe.prepare(config, recipeContext(root))).rejects.toThrow(
    'corpus.testFold: found nothing; expected the fold of IEMOCAP to test on, 0 to 4',
  );
});
