import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTable, writeTable } from '@s3/dataio';
import { parseConfig, type Table } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { manifestCsv } from '@s3/quickstart-data';
import { recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import superbSf from './recipe.ts';

// A few recordings of real people; their last word stands for a slot.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-sf-'));
const [train, tests] = ['train.csv', 'test.csv'].map((name) => join(folder, name)) as [string, string];
const small = {
  corpus: { train, valid: tests, tests },
  upstream: { name: 'fbank' },
  downstream: { projectionSize: 8, hiddenSizes: [8], dropout: [0] },
  trainBatches: { batchSize: 4 },
};

beforeAll(async () => {
  const recordings = (await readTable(manifestCsv, { columns: ['id', 'path', 'language', 'seconds', 'transcript'] }))
    .filter(({ language, seconds, transcript }) => language === 'en' && transcript && Number(seconds) < 1.5)
    .map(({ id, path, transcript }) => {
      const words = transcript!.toUpperCase().split(/\s+/);
      const iob = words.map((_, index) => (index === words.length - 1 ? `slot${words.length % 2}` : 'O')).join(' ');
      return { id: id!, wav_path: join(dirname(manifestCsv), path!), transcription: words.join(' '), iob };
    });
  await writeTable(train, recordings.slice(0, 6));
  await writeTable(tests, recordings.slice(6, 8));
});

describe('superb-sf', () => testRecipe({ recipe: superbSf, config: small, targetDir: () => folder, learningRate: 0.05, steps: 4 }));

test('tables in which nothing is a slot are refused', async () => {
  const config = parseConfig('superb-sf', superbSf.config, small) as never;
  const corpus = await superbSf.prepare(config, recipeContext(folder));
  const without = (rows: Table) => rows.map((row) => ({ ...row, iob: row['iob']!.replace(/\S+/g, 'O') }));
  const bare = { train: without(corpus.train), tests: { test: without(corpus.tests['test']!) } };
  expect(() => superbSf.encode(config, bare)).toThrow(
    `${train}: found no slot in the column iob of any table; expected words that fill slots`,
  );
});

test('the tokenizer knows the letters of the training set and the slots of all sets', async () => {
  const config = parseConfig('superb-sf', superbSf.config, small) as never;
  const context = recipeContext(folder);
  const { tokenizer } = (await superbSf.encode(config, await superbSf.prepare(config, context))) as never as {
    tokenizer: { vocabulary: string[]; slots: string[] };
  };
  expect(tokenizer.slots).toEqual(['slot0', 'slot1']);
  expect(tokenizer.vocabulary).toContain('E');
  expect(tokenizer.vocabulary).not.toContain('-');
});
