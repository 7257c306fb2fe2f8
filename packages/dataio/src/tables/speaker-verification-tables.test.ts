import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { describe, expect, test } from 'vitest';
import { speakerTable, trialTable } from './speaker-verification-tables.ts';
import { readTable } from './table.ts';

const utterance = (id: string, spk = 'x', wav_path = `${id}.wav`) => ({ id, wav_path, spk });
const trial = (id1: string, id2: string, label: string) => ({ id1, id2, wav_path1: `${id1}.wav`, wav_path2: `${id2}.wav`, label });

describe('speakerTable', () => {
  test('gives typed utterances whose ids stay text', () => {
    expect(speakerTable([{ ...utterance('007', '1'), extra: '' }, utterance('7', '01')], 'train.csv')).toEqual([
      { id: '007', speaker: '1', path: '007.wav', where: 'train.csv, row 2' },
      { id: '7', speaker: '01', path: '7.wav', where: 'train.csv, row 3' },
    ]);
  });

  test('takes parts of recordings', () => {
    const part = { ...utterance('a'), start_sec: '0.5', end_sec: '' };
    expect(speakerTable([part])).toMatchObject([{ id: 'a', startSeconds: 0.5 }]);
    expect(() => speakerTable([{ ...part, end_sec: '0.5' }])).toThrow(
      /row 2: found a part from 0.5 s to 0.5 s; expected an end_sec behind/,
    );
  });

  test('knows the rows of the file that the table was read from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3-rows-'));
    try {
      const path = join(folder, 'train.csv');
      await writeFile(path, 'id,wav_path,spk\na,a.wav,x\n\nb,b.wav,y\n\n\na,c.wav,y\n');
      const table = await readTable(path);
      expect(speakerTable(table.slice(0, 2)).map(({ where }) => where)).toEqual([`${path}, row 2`, `${path}, row 4`]);
      expect(() => speakerTable(table)).toThrow(`${path}, row 7: found the id 'a', which row 2 has too`);
      await writeFile(path, 'id,wav_path,spk\n');
      const empty = await readTable(path);
      expect(() => speakerTable(empty)).toThrow(`${path}: found no utterances`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['a duplicate id', [utterance('a'), utterance('b'), utterance('a')], /row 4: found the id 'a', which row 2 has too/],
    ['an empty id', [utterance('a'), utterance('')], /row 3: found an empty id/],
    ['a blank speaker', [utterance('a', ' ')], /row 2: found an empty spk/],
    ['a label without audio', [utterance('a'), utterance('b', 'anna', '')], /row 3: found an empty wav_path for the speaker 'anna'/],
    ['a missing column', [{ id: 'a', wav_path: 'a.wav' }], /found the columns id, wav_path; expected a column spk too/],
    ['no rows', [], /the table of utterances: found no utterances/],
  ])('refuses %s', (_, table, message) => {
    expect(() => speakerTable(table)).toThrow(InputError);
    expect(() => speakerTable(table)).toThrow(message);
  });
});

describe('trialTable', () => {
  test('gives trials and the utterances they use, by first use', () => {
    const { trials, utterances, duplicateTrials } = trialTable(
      [{ ...trial('2', '01', '1'), kind: 'easy' }, trial('1', '2', '0'), trial('2', '01', '1'), trial('2', '1', '0')],
      'trials.csv',
    );
    expect(trials).toEqual([
      { enroll: '2', test: '01', sameSpeaker: true },
      { enroll: '1', test: '2', sameSpeaker: false },
      { enroll: '2', test: '01', sameSpeaker: true },
      { enroll: '2', test: '1', sameSpeaker: false },
    ]);
    expect(utterances).toEqual([
      { id: '2', path: '2.wav', where: 'trials.csv, row 2' },
      { id: '01', path: '01.wav', where: 'trials.csv, row 2' },
      { id: '1', path: '1.wav', where: 'trials.csv, row 3' },
    ]);
    // a pair in the other order is the same question
    expect(duplicateTrials).toBe(2);
  });

  test.each([
    ['an unknown label', [trial('a', 'b', '1'), trial('a', 'c', 'yes')], /row 3: found the label 'yes'; expected 1 \(same speaker\) or 0/],
    ['an empty label', [trial('a', 'b', '')], /row 2: found an empty label/],
    ['an empty id', [trial('a', '', '1')], /row 2: found an empty id2/],
    [
      'an id with two files',
      [trial('a', 'b', '1'), { ...trial('c', 'a', '0'), wav_path2: 'other.wav' }],
      /row 3: found 'other\.wav' for the id 'a', for which row 2 has 'a\.wav'/,
    ],
    [
      'a pair with both labels',
      [trial('a', 'b', '1'), trial('c', 'b', '0'), trial('b', 'a', '0')],
      /row 4: found the label 0 for a pair that row 2 labels 1/,
    ],
    ['trials of one label', [trial('a', 'b', '0'), trial('a', 'c', '0')], /found 2 trials, all with the label 0; .*equal error rate needs/],
    ['a missing column', [{ id1: 'a', id2: 'b', label: '1', wav_path1: 'x' }], /expected a column wav_path2 too/],
    ['no rows', [], /the table of trials: found no trials/],
  ])('refuses %s', (_, table, message) => {
    expect(() => trialTable(table)).toThrow(InputError);
    expect(() => trialTable(table)).toThrow(message);
  });
});
