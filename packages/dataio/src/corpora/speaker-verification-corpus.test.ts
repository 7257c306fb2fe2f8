import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeAll, expect, test } from 'vitest';
import { prepareSpeakerVerification } from './speaker-verification-corpus.ts';

let folder: string;
let train: string;
const trials = 'id1,id2,wav_path1,wav_path2,label\n1,2,1.wav,2.wav,0\n1,1,1.wav,1.wav,1\n';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-corpus-'));
  train = join(folder, 'train.csv');
  await writeFile(train, 'id,wav_path,spk,age\n1,1.wav,anna,30\n');
  await writeFile(join(folder, 'easy.csv'), trials);
  await writeFile(join(folder, 'hard.csv'), trials);
});

test('reads csv files, each test set by the name of its file', async () => {
  const [easy, hard] = [join(folder, 'easy.csv'), join(folder, 'hard.csv')];
  const corpus = await prepareSpeakerVerification({ train, valid: easy, tests: `${hard}, ${easy}` });
  expect(corpus.train).toEqual([{ id: '1', wav_path: join(folder, '1.wav'), spk: 'anna', age: '30' }]);
  expect(Object.keys(corpus.tests)).toEqual(['hard', 'easy']);
  expect(corpus.valid).toEqual(corpus.tests['easy']);
  expect(corpus.tests['hard']?.[0]).toEqual({
    id1: '1',
    id2: '2',
    wav_path1: join(folder, '1.wav'),
    wav_path2: join(folder, '2.wav'),
    label: '0',
  });
  expect(await prepareSpeakerVerification({ train, tests: [hard] })).not.toHaveProperty('valid');
});

test('refuses settings that do not say where the speech is, and two test sets of one name', async () => {
  await expect(prepareSpeakerVerification({})).rejects.toThrow(/corpus: found neither root nor train and tests/);
  await expect(prepareSpeakerVerification({ train })).rejects.toThrow(/corpus: found only train; .*corpus\.tests/);
  await expect(prepareSpeakerVerification({ root: folder, train })).rejects.toThrow(/corpus\.root: found train beside it/);
  const easy = join(folder, 'easy.csv');
  await expect(prepareSpeakerVerification({ train, tests: [easy, easy] })).rejects.toThrow(/two files called 'easy'/);
  await expect(prepareSpeakerVerification({ root: folder })).rejects.toThrow(/no iden_split\.txt/);
  await expect(prepareSpeakerVerification({ root: join(folder, 'nowhere') })).rejects.toThrow(/nowhere: found no such folder/);
});

test('checks the rows before anything is trained', async () => {
  const broken = join(folder, 'broken.csv');
  await writeFile(broken, 'id,wav_path,spk\n1,1.wav,anna\n1,2.wav,ben\n');
  const preparing = prepareSpeakerVerification({ train: broken, tests: [join(folder, 'easy.csv')] });
  await expect(preparing).rejects.toThrow(InputError);
  await expect(preparing).rejects.toThrow(`${broken}, row 3`);
  await writeFile(broken, trials.replace('0\n', 'no\n'));
  await expect(prepareSpeakerVerification({ train, tests: [broken] })).rejects.toThrow(`${broken}, row 2: found the label 'no'`);
});
