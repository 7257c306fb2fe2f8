import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeAll, expect, test } from 'vitest';
import { readTable } from '../tables/table.ts';
import { transcriptTable } from '../tables/transcript-table.ts';
import { phoneticTable, readLexicon } from './lexicon.ts';

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-lexicon-'));
  await writeFile(file('first.txt'), 'HELLO\tHH AH0 L OW1\nHELLO  HH EH0 L OW1\n\nA  AH0\n');
  await writeFile(file('second.txt'), 'hello X\nworld W ER1 L D\r\n');
});

test('takes the first pronunciation of a word, whatever its case', async () => {
  const lexicon = await readLexicon([file('first.txt'), file('second.txt')]);
  expect(Object.fromEntries(lexicon)).toEqual({ HELLO: ['HH', 'AH0', 'L', 'OW1'], A: ['AH0'], WORLD: ['W', 'ER1', 'L', 'D'] });
});

test('writes phones for words, and keeps the rows for later errors', async () => {
  const lexicon = await readLexicon([file('first.txt'), file('second.txt')]);
  await writeFile(file('good.csv'), 'id,wav_path,transcription\na,a.wav,Hello a  world \n');
  const phonetic = phoneticTable(await readTable(file('good.csv')), lexicon);
  expect(phonetic[0]).toEqual({ id: 'a', wav_path: 'a.wav', transcription: 'HH AH0 L OW1 AH0 W ER1 L D' });
  expect(transcriptTable(phonetic)[0]!.where).toBe(`${file('good.csv')}, row 2`);
});

test('lists every word that is missing, and lines without phones', async () => {
  const lexicon = await readLexicon([file('first.txt')]);
  await writeFile(file('bad.csv'), 'id,wav_path,transcription\na,a.wav,HELLO NEW\nb,b.wav,OTHER NEW\n');
  const table = await readTable(file('bad.csv'));
  expect(() => phoneticTable(table, lexicon)).toThrow(/2 words that the lexicon lacks:\n {2}NEW \(.*row 2\)\n {2}OTHER \(.*row 3\)/);
  await writeFile(file('broken.txt'), 'A AH0\nHELLO\n');
  await expect(readLexicon([file('broken.txt')])).rejects.toThrow(/broken\.txt, row 2: found 'HELLO' alone/);
  await expect(readLexicon([file('none.txt')])).rejects.toThrow(InputError);
});
