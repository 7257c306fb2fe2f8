import { parseConfig } from '@s3/interface';
import { firstTrainingBatch, miniatureCorpus, recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, expect, test } from 'vitest';
import recipe from './recipe.ts';

// the official layout in miniature
let root: string;
beforeAll(async () => {
  const files: { [path: string]: number } = {};
  const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];
  for (const [index, word] of [...words, 'bed'].entries()) {
    // of these speakers the corpus's hash puts the first into training, the second into validation
    files[`speech_commands_v0.01/${word}/1027c4d1_nohash_0.wav`] = index;
    files[`speech_commands_v0.01/${word}/7311d8a3_nohash_1.wav`] = index + 20;
    files[`speech_commands_test_set_v0.01/${word === 'bed' ? '_unknown_' : word}/0000_nohash_0.wav`] = index + 40;
  }
  files['speech_commands_v0.01/_background_noise_/hum.wav'] = 3;
  files['speech_commands_test_set_v0.01/_silence_/quiet.wav'] = 4;
  root = await miniatureCorpus(files);
});

test('Speech Commands v1 in its official layout becomes batches of speech', async () => {
  const config = parseConfig(recipe.name, recipe.config, {
    corpus: { root },
    upstream: { name: 'fbank_no_cmvn' },
    trainBatches: { batchSize: 4 },
  }) as never;
  const corpus = await recipe.prepare(config, recipeContext(root));
  const labelCount = (table: typeof corpus.train) => new Set(table.map(({ label }) => label)).size;
  expect([corpus.train, corpus.valid!, corpus.tests['test']!].map(labelCount)).toEqual([12, 12, 12]);
  expect(
    corpus.train.filter(({ label }) => label === '_silence_').every((row) => Number(row['end_sec']) <= Number(row['start_sec']) + 1),
  ).toBe(true);
  const { lengths, labels } = await firstTrainingBatch(recipe, config, corpus, root);
  expect(lengths.every((length) => length > 1600)).toBe(true);
  expect(labels).toHaveLength(4);
});
