import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { recipeContext } from '@s3/quickstart-data/testing';
import { expect, test } from 'vitest';
import { prepareSpeakerCorpus } from './src/speaker-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-speaker-corpus-'));
const context = recipeContext(folder);
function directory(name: string, files: { readonly [file: string]: string }): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}
const train = directory('train', { 'wav.scp': 'a1 /audio/a1.wav\nb1\t/audio/b 1.wav\n', utt2spk: 'a1 anna\r\nb1 ben\r\n' });
const trials = {
  'trial.scp': 'a2*a3 /audio/a2.wav\na2*b2 /audio/a2.wav\n',
  'trial2.scp': 'a2*a3 /audio/a3.wav\na2*b2 /audio/b2.wav\n',
  trial_label: 'a2*a3 1\na2*b2 0\n',
};
const test1 = directory('test1', trials);

test('reads Kaldi directories, and csv files beside them', async () => {
  const csv = join(folder, 'easy.csv');
  writeFileSync(csv, 'id1,id2,wav_path1,wav_path2,label\nx,y,x.wav,y.wav,1\nx,z,x.wav,z.wav,0\n');
  const corpus = await prepareSpeakerCorpus({ train, valid: test1, tests: `${test1}, ${csv}` }, context);
  expect(corpus.train).toEqual([
    { id: 'a1', wav_path: '/audio/a1.wav', spk: 'anna' },
    { id: 'b1', wav_path: '/audio/b 1.wav', spk: 'ben' },
  ]);
  expect(Object.keys(corpus.tests)).toEqual(['test1', 'easy']);
  expect(corpus.valid![1]).toEqual({ id1: 'a2', id2: 'b2', wav_path1: '/audio/a2.wav', wav_path2: '/audio/b2.wav', label: '0' });
  expect(corpus.tests['easy']![0]!['wav_path1']).toBe(join(folder, 'x.wav'));
});

test.each([
  [
    'a command',
    { ...trials, 'trial.scp': 'a2*a3 cat a2.wav |\na2*b2 x.wav\n' },
    /trial\.scp, 'a2\*a3': found the command 'cat a2\.wav \|'/,
  ],
  ['missing paths', { ...trials, 'trial2.scp': 'a9*a3 x.wav\n' }, /trial2\.scp: found no line for 2 trials: 'a2\*a3', 'a2\*b2'/],
  ['a missing path', { ...trials, 'trial2.scp': 'a2*a3 x.wav\n' }, /trial2\.scp: found no line for the trial 'a2\*b2'/],
  ['a label that is none', { ...trials, trial_label: 'a2*a3 1\na2*b2 maybe\n' }, /label 'maybe'/],
  ['a name that is no trial', { ...trials, trial_label: 'a2-a3 1\n' }, /trial_label: found the trial 'a2-a3'/],
  ['a name twice', { ...trials, trial_label: 'a2*a3 1\na2*a3 1\n' }, /trial_label, row 2: found 'a2\*a3' a second time/],
])('refuses %s', async (name, files, message) => {
  const preparing = prepareSpeakerCorpus({ train, tests: [directory(name.replaceAll(' ', '-'), files)] }, context);
  await expect(preparing).rejects.toThrow(InputError);
  await expect(preparing).rejects.toThrow(message);
});

test('refuses utterances without a speaker, and missing files', async () => {
  const lacking = directory('lacking', { 'wav.scp': 'a1 a.wav\nc1 c.wav\n', utt2spk: 'a1 anna\n' });
  await expect(prepareSpeakerCorpus({ train: lacking, tests: [test1] }, context)).rejects.toThrow(/utt2spk: found no speaker for c1/);
  const empty = directory('empty', {});
  await expect(prepareSpeakerCorpus({ train: empty, tests: [test1] }, context)).rejects.toThrow(/utt2spk: found no such file/);
});
