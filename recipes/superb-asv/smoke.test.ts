import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { someTrials } from '@s3/quickstart-data/testing';
import { beforeAll, describe } from 'vitest';
import superbAsv from './recipe.ts';

// A dozen recordings of real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-asv-'));
const [train, tests] = [join(folder, 'train.csv'), join(folder, 'trials.csv')];

beforeAll(async () => {
  await writeTable(train, someRecordings(3, 4));
  await writeTable(tests, someTrials(4));
});

describe('superb-asv', () => {
  testRecipe({
    recipe: superbAsv,
    config: {
      corpus: { train, tests },
      upstream: { name: 'fbank' },
      downstream: { hiddenSize: 16, tdnnSize: 16, aggregationSize: 24, outputSize: 16 },
      trainData: { minSeconds: 0.5, maxSeconds: 0.5 },
      trainBatches: { batchSize: 6 },
    },
    targetDir: () => folder,
    learningRate: 0.02,
  });
});
