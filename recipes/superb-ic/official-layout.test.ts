import { parseConfig } from '@s3/interface';
import { firstTrainingBatch, miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature
let root: string;
beforeAll(async () => {
  const files: { [path: string]: number | string[] } = {};
  const header = ',path,speakerId,transcription,action,object,location';
  const commands = ['activate,lights,kitchen', 'deactivate,music,none', 'change language,none,none', 'activate,lights,washroom'];
  for (const [index, name] of ['train', 'valid', 'test'].entries()) {
    const rows = commands.map((command, row) => `${row},wavs/speakers/x/${name}${row}.wav,x,"Do, please",${command}`);
    files[`data/${name}_data.csv`] = [header, ...rows];
    for (const row of commands.keys()) files[`wavs/speakers/x/${name}${row}.wav`] = 10 * index + row;
  }
  root = await miniatureCorpus(files);
});

test('Fluent Speech Commands in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, recipeContext(root));
  expect(corpus.train.map((row) => row['labels'])[2]).toBe('change language ; none ; none');
  const { lengths, labels } = await firstTrainingBatch(recipe, config, corpus, root);
  expect(lengths.every((length) => length > 1600)).toBe(true);
  expect(labels).toHaveLength(4);
});

test('names of groups have to be as many as the labels', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root, groups: ['action', 'object'] },
    upstream: { name: 'fbank' },
  }) as never;
  const corpus = await recipe.prepare(config, recipeContext(root));
  expect(() => recipe.encode(config, corpus)).toThrow('corpus.groups: found 2 names; expected 3');
});
