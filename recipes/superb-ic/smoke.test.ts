import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { labelledTables } from '@s3/quickstart-data/testing';
import { describe, expect, it } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ic-'));
const { train, test } = labelledTables(folder, ({ id, spk }) => ({ labels: `${id.split('-')[1]} ; ${spk}` }));

describe('superb-ic', () => {
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

it('refuses groups of one name', () => {
  const config = { corpus: { train, tests: test, groups: ['action', 'action'] }, upstream: { name: 'fbank' } };
  expect(() => parseConfig(recipe.name, recipe.config, config)).toThrow(/each name once.*\n.*at corpus\.groups/);
});
