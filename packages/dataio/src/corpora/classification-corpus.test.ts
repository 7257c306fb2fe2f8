import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classificationCorpus, prepareClassification } from './classification-corpus.ts';

const folder = await mkdtemp(join(tmpdir(), 's3-classification-'));
const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
const official = { corpus: 'Toy', read: async () => ({ train: [{ id: 'a', wav_path: '/a.wav', label: '' }], tests: {} }) };

test('csv files become tables with absolute paths, test sets named by their files', async () => {
  const train = await file('train.csv', 'id,wav_path,label,note\r\n1,a.wav,yes,x\r\n2,b.wav,no,\r\n');
  const far = await file('far.csv', 'id,wav_path,label\n1,a.wav,yes\n');
  const near = await file('near.csv', 'id,wav_path,label,start_sec,end_sec\n1,/n/a.wav,yes,0.5,NaN\n');
  const corpus = await prepareClassification(classificationCorpus.parse({ train, tests: `${far}, ${near}`, valid: far }), official);
  expect(corpus.train.map((row) => row['wav_path'])).toEqual([join(folder, 'a.wav'), join(folder, 'b.wav')]);
  expect(corpus.valid).toEqual(corpus.tests['far']);
  expect(Object.keys(corpus.tests)).toEqual(['far', 'near']);
});

test('several groups of labels come from the column labels', async () => {
  const train = await file('groups.csv', 'id,wav_path,labels\n1,a.wav,on ; lamp\n2,b.wav,off\n');
  await expect(prepareClassification({ train, tests: train }, official, 'labels')).rejects.toThrow(
    /groups\.csv, row 3: found the labels 'off'/,
  );
  await expect(prepareClassification({ train, tests: train }, official)).rejects.toThrow('label');
});

test('says what is missing, and where a row is wrong', async () => {
  const train = await file('train.csv', 'id,wav_path,label\n1,a.wav,yes\n1,b.wav,no\n');
  await expect(prepareClassification({}, official)).rejects.toThrow(/neither root nor train and tests.*folder of Toy/);
  await expect(prepareClassification({ train }, official)).rejects.toThrow('only train');
  await expect(prepareClassification({ root: '/x', train }, official)).rejects.toThrow('train beside it');
  await expect(prepareClassification({ train, tests: train }, official)).rejects.toThrow(/train\.csv, row 3: found the id '1'/);
  await expect(prepareClassification({ root: '/x' }, official)).rejects.toThrow('train of Toy, row 2: found an empty label');
});
