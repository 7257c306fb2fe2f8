import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTable, writeTable } from '@s3/dataio';
import { InputError, parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { manifestCsv } from '@s3/quickstart-data';
import { recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import superbPr from './recipe.ts';

// A few recordings of real people; their letters stand for phones.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-pr-'));
const [train, tests, lexicons] = ['train.csv', 'test.csv', 'lexicon.txt'].map((name) => join(folder, name)) as [string, string, string];
const small = {
  corpus: { train, valid: tests, tests, lexicons },
  upstream: { name: 'fbank' },
  downstream: { hiddenSizes: [8] },
  trainBatches: { batchSize: 4 },
};
const context = recipeContext(folder);
const prepare = async (corpus: object) =>
  superbPr.prepare(parseConfig('superb-pr', superbPr.config, { ...small, corpus }) as never, context);

beforeAll(async () => {
  const recordings = (await readTable(manifestCsv, { columns: ['id', 'path', 'language', 'seconds', 'transcript'] }))
    .filter(({ language, seconds, transcript }) => language === 'en' && transcript && Number(seconds) < 1.5)
    .map(({ id, path, transcript }) => ({ id: id!, wav_path: join(dirname(manifestCsv), path!), transcription: transcript! }));
  await writeTable(train, recordings.slice(0, 6));
  await writeTable(tests, recordings.slice(4, 8));
  const words = new Set(recordings.slice(0, 8).flatMap(({ transcription }) => transcription.toUpperCase().split(/\s+/)));
  await writeFile(lexicons, [...words].map((word) => `${word} ${[...word].join(' ')}\n`).join(''));
});

describe('superb-pr', () => testRecipe({ recipe: superbPr, config: small, targetDir: () => folder, learningRate: 0.01, steps: 4 }));

test('writes phones for words, and takes transcriptions that are phones already', async () => {
  const { train: phonetic } = await prepare(small.corpus);
  expect(phonetic[0]!['transcription']).toMatch(/^\S( \S)+$/);
  const { train: words } = await prepare({ train, tests });
  expect(words[0]!['transcription']).toMatch(/\S\S/);
  await expect(prepare({ root: folder })).rejects.toThrow(InputError);
});
