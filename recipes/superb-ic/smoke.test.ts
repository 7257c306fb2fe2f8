import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, describe, expect, it } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ic-'));
const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')];

beforeAll(async () => {
  const rows = someRecordings(3, 4).map(({ spk, ...row }) => ({
    ...row,
    labels: `${row.id.split('-')[1]} ; ${spk}`,
    start_sec: '',
    end_sec: '0.5',
  }));
  await writeTable(train, rows);
  await writeTable(
    test,
    rows.filter((_, index) => index % 2 === 0),
  );
});

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
