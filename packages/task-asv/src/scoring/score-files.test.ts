import { expect, test } from 'vitest';
import { parseScoreLines, parseTrialLines, scoredTrialsOfTable, scoreLines, scoreTable, trialsOfTable } from './score-files.ts';

const trials = [
  { enroll: 'a', test: 'b/c', sameSpeaker: true },
  { enroll: 'b', test: 'a', sameSpeaker: false },
];

test("writes and reads ESPnet's lines", () => {
  const lines = scoreLines(trials, [0.5, -1e-9]);
  expect(lines).toBe('a*b/c 0.500000000 1\nb*a -1.00000000e-9 0\n');
  const read = parseScoreLines(`${lines}\n`, 'scores');
  expect(read.trials).toEqual(trials);
  expect([...read.scores]).toEqual([0.5, -1e-9]);
  expect(() => scoreLines([{ enroll: 'a b', test: 'c', sameSpeaker: true }], [1])).toThrow(/utterance 'a b'/);
});

test('writes and reads csv', () => {
  expect(scoreTable([{ ...trials[0]!, enroll: 'a,"1"' }], [2])).toBe('id1,id2,score,label\n"a,""1""",b/c,2.00000000,1\n');
  const row = { id1: 'a', id2: 'b', score: '0.25', label: '1' };
  expect(scoredTrialsOfTable([row, { ...row, label: '0' }], 'x.csv')).toEqual({
    trials: [
      { enroll: 'a', test: 'b', sameSpeaker: true },
      { enroll: 'a', test: 'b', sameSpeaker: false },
    ],
    scores: Float64Array.of(0.25, 0.25),
  });
  expect(() => scoredTrialsOfTable([row, { ...row, score: 'nan' }], 'x.csv')).toThrow(/x\.csv, row 3: found the score 'nan'/);
  expect(() => trialsOfTable([{ ...row, label: '2' }], 'x.csv')).toThrow(/x\.csv, row 2: found the label '2'/);
  expect(() => trialsOfTable([], 'x.csv')).toThrow(/no trials/);
});

test("reads ESPnet's and VoxCeleb's lists of trials", () => {
  const expected = [{ enroll: 'a', test: 'b', sameSpeaker: true }];
  expect(parseTrialLines('a*b 1\r\n\n', 'list')).toEqual(expected);
  expect(parseTrialLines('1 a b\n', 'list')).toEqual(expected);
});

test.each([
  ['a*b 0.5', /scores, line 1: found 'a\*b 0\.5'; expected utt1\*utt2 score label/],
  ['a*b 0.5 1\na*b*c 0.5 1', /scores, line 2/],
  ['a*b 0.5 yes', /the label 0 or 1/],
  ['a*b NaN 1', /scores, line 1: found the score 'NaN'; expected a finite number/],
  ['', /no trials/],
])('refuses the scores %j', (text, message) => {
  expect(() => parseScoreLines(text, 'scores')).toThrow(message);
});

test.each([
  ['a b c d', /list, line 1/],
  ['2 a b', /list, line 1/],
  ['a*b 3', /the label 0 or 1/],
])('refuses the trials %j', (text, message) => {
  expect(() => parseTrialLines(text, 'list')).toThrow(message);
});
