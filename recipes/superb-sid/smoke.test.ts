import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testRecipe } from '@s3/interface/testing';
import { labelledTables } from '@s3/quickstart-data/testing';
import { describe } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-sid-'));
const { train, test } = labelledTables(folder, ({ spk }) => ({ label: spk }));

describe('superb-sid', () => {
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
