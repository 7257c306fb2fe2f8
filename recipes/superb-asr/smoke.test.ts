import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTable, writeTable } from '@s3/dataio';
import { parseConfig } from '@s3/interface';
import { testRecipe } from '@s3/interface/testing';
import { manifestCsv } from '@s3/quickstart-data';
import { recipeContext } from '@s3/quickstart-data/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import superbAsr from './recipe.ts';

// A few recordings of real people: enough to see every stage at work.
const folder = mkdtempSync(join(tmpdir(), 's3-superb-asr-'));
const [train, easy, hard] = ['train.csv', 'easy.csv', 'hard.csv'].map((name) => join(folder, name)) as [string, string, string];
const small = {
  corpus: { train, valid: easy, tests: [easy, hard] },
  upstream: { name: 'fbank' },
  downstream: { projectionSize: 8, hiddenSizes: [8], dropout: [0] },
  trainBatches: { batchSize: 4 },
};

beforeAll(async () => {
  const recordings = (await readTable(manifestCsv, { columns: ['id', 'path', 'language', 'seconds', 'transcript'] }))
    .filter(({ language, seconds, transcript }) => language === 'en' && transcript && Number(seconds) < 1.5)
    .map(({ id, path, transcript }) => ({
      id: id!,
      wav_path: join(dirname(manifestCsv), path!),
      transcription: transcript!.toUpperCase(),
    }));
  await writeTable(train, recordings.slice(0, 6));
  await writeTable(easy, recordings.slice(0, 2));
  await writeTable(hard, recordings.slice(6, 8));
});

describe('superb-asr', () => testRecipe({ recipe: superbAsr, config: small, targetDir: () => folder, learningRate: 0.05, steps: 4 }));

const encode = async (tokenizer: object) => {
  const config = parseConfig('superb-asr', superbAsr.config, { ...small, tokenizer }) as never;
  const context = recipeContext(folder);
  return superbAsr.encode(config, await superbAsr.prepare(config, context));
};

test('takes a vocabulary from a file, and refuses what is not in it if asked to', async () => {
  await writeFile(join(folder, 'vocabulary.txt'), ' \nA\nB\n');
  const vocabularyFile = join(folder, 'vocabulary.txt');
  expect(await encode({ vocabularyFile })).toEqual({ tokenizer: { type: 'character', vocabulary: [' ', 'A', 'B'] } });
  await expect(encode({ vocabularyFile, unknown: 'refuse' })).rejects.toThrow(/train\.csv, row 2: '/);
});

test('takes subwords from a tokenizer.json, and says how to make some', async () => {
  const vocabularyFile = join(folder, 'tokenizer.json');
  const model = { type: 'BPE', unk_token: '<unk>', vocab: { '<unk>': 0, A: 1, B: 2, AB: 3 }, merges: [['A', 'B']] };
  await writeFile(
    vocabularyFile,
    JSON.stringify({ version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model }),
  );
  expect(await encode({ type: 'subword', vocabularyFile })).toMatchObject({ tokenizer: { type: 'subword', huggingFace: { model } } });
  await expect(encode({ type: 'subword', vocabularyFile, unknown: 'refuse' })).rejects.toThrow(/subwords that are not in the vocabulary/);
  await expect(encode({ type: 'subword' })).rejects.toThrow(/spm_train/);
  await expect(encode({ vocabularyFile, size: 5 })).rejects.toThrow(/beside size or coverage/);
});
