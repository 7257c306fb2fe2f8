import { InputError, type Table } from '@s3/interface';
import { expect, test } from 'vitest';
import { labelGroupTable, labelTable } from './classification-tables.ts';

const row = { id: 'a', wav_path: '/a.wav', label: 'yes' };

test('reads labels and parts; NaN or nothing is the whole recording', () => {
  const table: Table = [
    { ...row, start_sec: '0.5', end_sec: '1.25' },
    { ...row, id: '007', label: ' no ', start_sec: 'nan', end_sec: '' },
    { ...row, id: 'c', start_sec: '', end_sec: '2' },
  ];
  const where = (line: number) => `the table of utterances, row ${line}`;
  expect(labelTable(table)).toEqual([
    { id: 'a', path: '/a.wav', label: 'yes', startSeconds: 0.5, endSeconds: 1.25, where: where(2) },
    { id: '007', path: '/a.wav', label: 'no', where: where(3) },
    { id: 'c', path: '/a.wav', label: 'yes', endSeconds: 2, where: where(4) },
  ]);
});

test.each([
  [[row, { ...row, label: 'no' }], "row 3: found the id 'a', which row 2 has too"],
  [[{ ...row, label: ' ' }], 'row 2: found an empty label'],
  [[{ ...row, wav_path: '' }], 'row 2: found an empty wav_path'],
  [[{ id: 'a', wav_path: '/a.wav' }], 'expected a column label too'],
  [[{ ...row, start_sec: '0,5' }], "row 2: found the start_sec '0,5'"],
  [[{ ...row, end_sec: '-1' }], "row 2: found the end_sec '-1'"],
  [[{ ...row, start_sec: '2', end_sec: '2' }], 'row 2: found a part from 2 s to 2 s'],
  [[], 'found no utterances'],
])('refuses what is wrong, with its row: %#', (table: Table, message) => {
  expect(() => labelTable(table)).toThrow(InputError);
  expect(() => labelTable(table)).toThrow(message);
});

test('splits the labels of several groups', () => {
  const table = [
    { id: 'a', wav_path: '/a.wav', labels: 'activate ; lights ; kitchen' },
    { id: 'b', wav_path: '/b.wav', labels: 'change language;none;  none' },
  ];
  expect(labelGroupTable(table).map(({ labels }) => labels)).toEqual([
    ['activate', 'lights', 'kitchen'],
    ['change language', 'none', 'none'],
  ]);
  expect(() => labelGroupTable([...table, { id: 'c', wav_path: '/c.wav', labels: 'activate ; lights' }])).toThrow(
    "row 4: found the labels 'activate ; lights'; expected 3 labels",
  );
  expect(() => labelGroupTable([{ id: 'c', wav_path: '/c.wav', labels: 'activate ; ; kitchen' }])).toThrow('found the labels');
});
