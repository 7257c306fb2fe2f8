import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTable } from '@s3/dataio';
import { testRecipe } from '@s3/interface/testing';
import { labelledTables, recipeContext } from '@s3/quickstart-data/testing';
import { describe, expect, it } from 'vitest';
import recipe from './recipe.ts';

// A dozen recordings of three real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-ks-'));
const { train, test } = labelledTables(folder, ({ spk }) => ({ label: spk }));

describe('superb-ks', () => {
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

it('names a recording that is missing by table, row and path', async () => {
  const lacking = join(folder, 'lacking.csv');
  await writeTable(
    lacking,
    ['yes', 'no'].map((label) => ({ id: label, wav_path: `${label}.wav`, label })),
  );
  const config = recipe.config.parse({ corpus: { train: lacking, tests: lacking }, upstream: { name: 'fbank' } }) as never;
  const context = recipeContext(folder);
  // a run reads the tables again that stage 0 wrote
  const corpus = structuredClone(await recipe.prepare(config, context));
  const encoders = (await recipe.encode(config, corpus)) as never;
  const task = (await recipe.buildTask({ config, encoders, context })) as never;
  await expect(recipe.buildProblem({ config, corpus, encoders, task, context })).rejects.toThrow(
    /^2 of 2 utterances: found recordings that cannot be used.*\n.*train\.csv, row 2: .*yes\.wav: found no such file\n.*row 3: .*no\.wav/,
  );
});
