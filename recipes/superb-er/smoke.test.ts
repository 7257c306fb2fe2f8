import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-er-'));
const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')];

beforeAll(async () => {
  const rows = someRecordings(3, 4).map(({ spk, ...row }) => ({ ...row, label: spk, start_sec: '', end_sec: '0.8' }));
  await writeTable(train, rows);
  await writeTable(
    test,
    rows.filter((_, index) => index % 2 === 0),
  );
});

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
