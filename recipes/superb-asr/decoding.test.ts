import { mkdtempSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTable, writeTable } from '@s3/dataio';
import { waveformsOf } from '@s3/interface/testing';
import { manifestCsv } from '@s3/quickstart-data';
import { loadTask, resolveConfig, runRecipe, testCheckpoint } from '@s3/trainer';
import { beforeAll, expect, test } from 'vitest';
import superbAsr from './recipe.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-superb-asr-decoding-'));
const [rows, target, lexicon] = ['rows.csv', 'exp', 'lexicon.txt'].map((name) => join(folder, name)) as [string, string, string];
const checkpoint = join(target, 'train', 'step_2');
const options = { engine: { name: 'cpu', library: 'that of the tests', reason: 'a test' }, observers: [] } as const;

const small = [
  '--upstream.name',
  'fbank',
  '--downstream.projectionSize',
  '4',
  '--downstream.hiddenSizes',
  '[4]',
  '--downstream.dropout',
  '[0]',
];
const quick = ['--training.totalSteps', '2', '--training.evalStep', 'null', '--workers', '0', '--testBatches.batchSize', '2'];
const data = ['--corpus.train', rows, '--corpus.tests', rows, '--targetDir', target];

beforeAll(async () => {
  const recordings = (await readTable(manifestCsv, { columns: ['id', 'path', 'language', 'seconds', 'transcript'] }))
    .filter(({ language, seconds, transcript }) => language === 'en' && transcript && Number(seconds) < 1.5)
    .slice(0, 2)
    .map(({ id, path, transcript }) => ({
      id: id!,
      wav_path: join(dirname(manifestCsv), path!),
      transcription: transcript!.toUpperCase(),
    }));
  await writeTable(rows, recordings);
  const [first] = recordings[0]!.transcription.split(' ');
  await writeFile(lexicon, `${first}\n`);
  const { config } = await resolveConfig(superbAsr, { words: [...data, ...small, ...quick] });
  await runRecipe(superbAsr, config, options);
}, 60_000);

test('decodes a finished checkpoint with a beam and a lexicon', { timeout: 60_000 }, async () => {
  const words = ['--task.decoder.type', 'beam', '--task.decoder.lexicon', lexicon, '--task.decoder.nbest', '2'];
  const { config } = await resolveConfig(superbAsr, { files: [join(checkpoint, 'config.yaml')], words });
  const result = await testCheckpoint(superbAsr, { checkpoint, config, name: 'lexicon' }, options);
  const found = join(result.folder, 'evaluate', 'rows', 'step_2');
  const allowed = readFileSync(lexicon, 'utf8').trim();
  for (const line of readFileSync(join(found, 'hyp'), 'utf8').trim().split('\n')) {
    expect(
      line
        .split(' ')
        .slice(1)
        .filter((word) => word !== '' && word !== allowed),
    ).toEqual([]);
  }
  expect(result.tests['rows']!['outsideLexicon']).toBeGreaterThan(0);
  const [line] = readFileSync(join(found, 'nbest.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(line!).hypotheses[0]).toMatchObject({ text: expect.any(String), score: expect.any(Number) });
});

test('gives several hypotheses for a waveform, if asked to', async () => {
  const overrides = { 'task.decoder': { type: 'beam', nbest: 3 } };
  const task = await loadTask(superbAsr, checkpoint, { overrides });
  const [hypotheses] = await task.predict(waveformsOf([8000]));
  expect(hypotheses).toHaveLength(3);
  const plain = await loadTask(superbAsr, checkpoint);
  expect(await plain.predict(waveformsOf([8000]))).toEqual([expect.any(String)]);
});

test('refuses a language model that is broken or does not fit before it trains', async () => {
  const run = async (lm: string) => {
    await writeFile(join(folder, 'lm.arpa'), lm);
    const words = [...data, ...small, ...quick, '--targetDir', join(folder, 'other'), '--task.decoder.type', 'beam'];
    const { config } = await resolveConfig(superbAsr, { words: [...words, '--task.decoder.lm', join(folder, 'lm.arpa')] });
    return runRecipe(superbAsr, config, options);
  };
  const head = '\\data\\\nngram 1=3\n\n\\1-grams:\n-1 <s>\n-1 </s>\n';
  await expect(run(`${head}-1\n\\end\\\n`)).rejects.toThrow(/lm\.arpa, line 7: found '-1'; expected a decimal logarithm, a word/);
  await expect(run(`${head}-1 lower\n\\end\\\n`)).rejects.toThrow(
    /lm\.arpa: found a model of words such as 'lower'; expected words spelt with the tokens of the tokenizer/,
  );
});
