import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { documentTable, queryTable } from '../tables/search-tables.ts';
import { prepareQuesst14 } from './prepare-quesst14.ts';

const audio = ['Audio/quesst14_1.wav', 'Audio/quesst14_2.wav', 'Audio/quesst14_3.wav'];
const queries = { dev: ['dev_queries/dev_1.wav', 'dev_queries/dev_2.wav'], eval: ['eval_queries/eval_1.wav'] };
const languages = ['nnenglish', 'czech', 'nnenglish'];
const list = (files: readonly string[]) => files.map((path, index) => `quesst14Database/${path} ${languages[index]}`);
const lexeme = (document: string, query: string) => `LEXEME ${document} 1 0.00 1.00 ${query} lex unknown 1.0`;

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('quesst14');
  await replica.put('scoring/language_key_utterances.lst', list(audio).join('\n'));
  for (const split of ['dev', 'eval'] as const) {
    await replica.put(`scoring/language_key_${split}.lst`, list(queries[split]).join('\n'));
    const truth = [';; where', lexeme('quesst14_1', `${split}_1`), lexeme('quesst14_1', `${split}_1`), lexeme('quesst14_3', 'NO_KEYWORD')];
    await replica.put(
      `scoring/groundtruth_quesst14_${split}/quesst14_${split}.rttm`,
      [...truth, lexeme('quesst14_2', `${split}_2`)].join('\n'),
    );
  }
  for (const file of [...audio, ...queries.dev, ...queries.eval]) await replica.put(file);
});

test('searches one language, and leaves what is judged beside it without audio', async () => {
  const corpus = await prepareQuesst14({ root: replica.root });
  expect(corpus.train).toEqual([
    { id: 'quesst14_1', wav_path: join(replica.root, audio[0]!), language: 'nnenglish' },
    { id: 'quesst14_2', wav_path: '', language: 'czech' },
    { id: 'quesst14_3', wav_path: join(replica.root, audio[2]!), language: 'nnenglish' },
  ]);
  expect(corpus.valid).toEqual([
    { id: 'dev_1', wav_path: join(replica.root, queries.dev[0]!), language: 'nnenglish', documents: 'quesst14_1' },
    { id: 'dev_2', wav_path: '', language: 'czech', documents: 'quesst14_2' },
  ]);
  const ids = new Set(documentTable(corpus.train).map(({ id }) => id));
  expect(queryTable(corpus.tests['eval']!, ids).map(({ documents }) => documents)).toEqual([['quesst14_1']]);
});

test('takes the folder above, all languages, and only the documents that the scorer knows', async () => {
  const ecf = '<ecf><excerpt audio_filename="quesst14_1.wav" channel="1"/><excerpt audio_filename="Audio/quesst14_3.wav"/></ecf>';
  for (const split of ['dev', 'eval']) await replica.put(`scoring/groundtruth_quesst14_${split}/quesst14.ecf.xml`, ecf);
  const one = await prepareQuesst14({ root: replica.root });
  expect(one.train.map(({ id }) => id)).toEqual(['quesst14_1', 'quesst14_3']);
  expect(one.valid!.map(({ documents }) => documents)).toEqual(['quesst14_1', '']);

  const above = await corpusReplica('quesst14-above');
  await rename(replica.root, join(above.root, 'quesst14Database'));
  const all = await prepareQuesst14({ root: above.root, language: null });
  expect(all.train.every((row) => row['wav_path']!.endsWith('.wav'))).toBe(true);
  await rename(join(above.root, 'quesst14Database'), replica.root);
});

test('says what is missing', async () => {
  await expect(prepareQuesst14({ root: replica.root, language: 'klingon' })).rejects.toThrow(/found 'klingon'.*czech, nnenglish/);
  await rm(join(replica.root, audio[0]!));
  await expect(prepareQuesst14({ root: replica.root })).rejects.toThrow(/1 of 2 audio files missing: Audio\/quesst14_1\.wav/);
  await replica.put('scoring/language_key_dev.lst', 'dev_1.wav nnenglish');
  await replica.put(audio[0]!);
  await expect(prepareQuesst14({ root: replica.root })).rejects.toThrow(/language_key_dev\.lst, row 1: found 'dev_1\.wav nnenglish'/);
  await rm(join(replica.root, 'scoring/groundtruth_quesst14_dev/quesst14_dev.rttm'));
  await expect(prepareQuesst14({ root: replica.root })).rejects.toThrow(/an RTTM file, which says where the queries are/);
  await expect(prepareQuesst14({ root: join(replica.root, 'Audio') })).rejects.toThrow(/no scoring\/language_key_utterances\.lst/);
});
