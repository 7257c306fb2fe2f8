import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testRecipe } from '@s3/interface/testing';
import { labelledTables } from '@s3/quickstart-data/testing';
import { describe } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-er-'));
const { train, test } = labelledTables(folder, ({ spk }) => ({ label: spk, end_sec: '0.8' }));

// every other head, as its settings choose it
const heads = [
  { model: 'attentive', attentive: { projectorSize: 8 } },
  { model: 'fcn', fcn: { projectorSize: 8, dropout: 0 } },
  { model: 'deep-net', deepNet: { projectorSize: 8, dropout: 0 } },
];
describe.each(heads)('superb-er with $model', (downstream) => {
  testRecipe({
    recipe,
    config: {
      corpus: { train, valid: test, tests: test },
      upstream: { name: 'fbank_no_cmvn' },
      downstream,
      trainBatches: { batchSize: 3 },
    },
    targetDir: () => folder,
    learningRate: 0.001,
    steps: 2,
  });
});

describe('superb-er with convolutions and attention', () => {
  testRecipe({
    recipe,
    config: {
      corpus: { train, valid: test, tests: test },
      upstream: { name: 'fbank_no_cmvn' },
      downstream: { model: 'cnn-self-attention', cnn: { projectorSize: 8, hiddenSize: 8, dropout: 0 } },
      trainBatches: { batchSize: 6 },
    },
    targetDir: () => folder,
    learningRate: 0.01,
  });
});

describe('superb-er', () => {
  testRecipe({
    recipe,
    config: {
      corpus: { train, valid: test, tests: test },
      upstream: { name: 'fbank_no_cmvn' },
      downstream: { hiddenSizes: [8] },
      trainBatches: { batchSize: 6 },
    },
    targetDir: () => folder,
    learningRate: 0.001,
  });
});
