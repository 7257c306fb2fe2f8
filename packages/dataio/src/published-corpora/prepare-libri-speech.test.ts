import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeEach, expect, test } from 'vitest';
import { prepareSpeechToText, speechToTextCorpus } from '../corpora/speech-to-text-corpus.ts';
import { textTokenizer } from '../encoders/text-tokenizer.ts';
import { requireKnownTokens, transcriptTable } from '../tables/transcript-table.ts';
import { prepareLibriSpeech } from './prepare-libri-speech.ts';

let root: string;
const put = async (file: string, content = '') => {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
};
const chapter = async (set: string, name: string, texts: readonly string[]) => {
  const [speaker, book] = name.split('-');
  const folder = `${set}/${speaker}/${book}`;
  await put(`${folder}/${name}.trans.txt`, texts.map((text, index) => `${name}-000${index} ${text}\n`).join(''));
  for (const index of texts.keys()) await put(`${folder}/${name}-000${index}.flac`);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 's3-librispeech-'));
  await put(
    'SPEAKERS.TXT',
    '; comment\n;ID  |SEX| SUBSET           |MINUTES| NAME\n19   | F | train-clean-100  | 25.19 | Kara | Shallenberg\n103  | M | dev-clean | 1 | X\n',
  );
  await chapter('train-clean-100', '19-198', ["NORTHANGER ABBEY'S", 'THIS LITTLE WORK']);
  await chapter('train-clean-100', '103-1240', ['CHAPTER ONE']);
  await chapter('dev-clean', '84-121', ['GO DO YOU HEAR']);
  await chapter('test-clean', '61-70', ['HE BEGAN']);
  await chapter('test-other', '367-13', ['LOBSTERS']);
});

test('reads the official layout, every test set on its own', async () => {
  const corpus = await prepareLibriSpeech({ root, testSets: ['test-clean', 'test-other'] });
  expect(corpus.train.map(({ id }) => id)).toEqual(['103-1240-0000', '19-198-0000', '19-198-0001']);
  expect(corpus.train[1]).toEqual({
    id: '19-198-0000',
    wav_path: join(root, 'train-clean-100/19/198/19-198-0000.flac'),
    transcription: "NORTHANGER ABBEY'S",
    speaker: '19',
    gender: 'F',
    corpus_split: 'train-clean-100',
  });
  expect(corpus.valid!.map(({ transcription }) => transcription)).toEqual(['GO DO YOU HEAR']);
  expect(Object.entries(corpus.tests).map(([name, table]) => [name, table[0]!['transcription']])).toEqual([
    ['test-clean', 'HE BEGAN'],
    ['test-other', 'LOBSTERS'],
  ]);
  expect(transcriptTable(corpus.train)).toHaveLength(3);
});

test('does without the list of speakers, and without validation', async () => {
  await rm(join(root, 'SPEAKERS.TXT'));
  const corpus = await prepareLibriSpeech({ root, validSets: [] });
  expect(corpus.train[0]!['gender']).toBe('');
  expect(corpus.valid).toBeUndefined();
});

test('says which set, file or row is wrong', async () => {
  await expect(prepareLibriSpeech({ root, trainSets: ['train-clean-360'] })).rejects.toThrow(
    /there are dev-clean, test-clean, test-other, train-clean-100/,
  );
  await expect(prepareLibriSpeech({ root, testSets: ['dev-clean'] })).rejects.toThrow(/the set dev-clean twice/);
  await expect(prepareLibriSpeech({ root, testSets: [] })).rejects.toThrow(/corpus.testSets/);
  await rm(join(root, 'dev-clean/84/121/84-121-0000.flac'));
  await expect(prepareLibriSpeech({ root })).rejects.toThrow(/84-121-0000 without its recording/);
  await put('dev-clean/84/121/84-121-0000.flac');
  await put('dev-clean/84/121/84-121-0001.flac');
  await expect(prepareLibriSpeech({ root })).rejects.toThrow(/a recording without transcription/);
  await put('dev-clean/84/121/84-121.trans.txt', '84-121-0000 GO\n84-121-0001\n');
  await expect(prepareLibriSpeech({ root })).rejects.toThrow(/84-121.trans.txt, row 2/);
  await rm(join(root, 'dev-clean/84/121/84-121.trans.txt'));
  await expect(prepareLibriSpeech({ root })).rejects.toThrow(/transcriptions of 2 recordings/);
});

const settings = (given: object) => speechToTextCorpus.parse(given);

test('takes csv files instead, with their rows checked', async () => {
  await put('train.csv', 'id,wav_path,transcription\na,a.wav,ONE TWO\n');
  await put('easy.csv', 'id,wav_path,transcription\nb,b.wav,"ONE, TWO"\n');
  await put('hard.csv', 'id,wav_path,transcription\n007,c.wav,TWO\n');
  const csv = (name: string) => join(root, `${name}.csv`);
  const corpus = await prepareSpeechToText(settings({ train: csv('train'), tests: `${csv('easy')}, ${csv('hard')}` }));
  expect(Object.keys(corpus.tests)).toEqual(['easy', 'hard']);
  expect(transcriptTable(corpus.tests['hard']!)[0]).toMatchObject({ id: '007', path: join(root, 'c.wav'), text: 'TWO' });

  const tokenizer = textTokenizer({ type: 'character', vocabulary: [...' ENOTW'] });
  expect(() => requireKnownTokens(transcriptTable(corpus.train), tokenizer)).not.toThrow();
  expect(() => requireKnownTokens(transcriptTable(corpus.tests['easy']!), tokenizer)).toThrow(/easy\.csv, row 2: ','/);

  await put('hard.csv', 'id,wav_path,transcription\nc,c.wav,TWO\nd,d.wav,\n');
  await expect(prepareSpeechToText(settings({ train: csv('train'), tests: csv('hard') }))).rejects.toThrow(
    /hard\.csv, row 3: found an empty transcription/,
  );
  await put('hard.csv', 'id,wav_path,transcription\nc,c.wav,TWO\nc,d.wav,ONE\n');
  await expect(prepareSpeechToText(settings({ train: csv('train'), tests: csv('hard') }))).rejects.toThrow(/which row 2 has too/);
  await expect(prepareSpeechToText(settings({ train: csv('train'), tests: [csv('easy'), csv('easy')] }))).rejects.toThrow(
    /two files called 'easy'/,
  );
});

test('wants to be told where the speech is', async () => {
  await expect(prepareSpeechToText(settings({}))).rejects.toThrow(InputError);
  await expect(prepareSpeechToText(settings({ train: 'x.csv' }))).rejects.toThrow(/only train/);
  await expect(prepareSpeechToText(settings({ root, train: 'x.csv' }))).rejects.toThrow(/root alone/);
  expect(Object.keys((await prepareSpeechToText(settings({ root }))).tests)).toEqual(['test-clean']);
});
