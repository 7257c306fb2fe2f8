import { expect, test } from 'vitest';
import { encodeLabels, encodeSpeakers } from './encode-labels.ts';

const rows = (...labels: string[]) => labels.map((label, index) => ({ id: `u${index}`, wav_path: `u${index}.wav`, label }));

test('labels are sorted, and counted in training alone', () => {
  const corpus = { train: rows('yes', 'no', 'yes'), valid: rows('no'), tests: { one: rows('yes') } };
  expect(encodeLabels(corpus)).toEqual({ labels: ['no', 'yes'], counts: [1, 2] });
});

test('a label that is judged but not trained is refused, in validation and in every test set', () => {
  const train = rows('yes', 'no');
  expect(() => encodeLabels({ train, valid: rows('go'), tests: {} })).toThrow("valid.csv, row 2: found the label 'go'");
  expect(() => encodeLabels({ train, tests: { one: rows('yes'), two: rows('stop') } })).toThrow("two.csv, row 2: found the label 'stop'");
});

test('one label alone is refused: there is nothing to tell it from', () => {
  expect(() => encodeLabels({ train: rows('yes', 'yes'), tests: {} })).toThrow("train.csv: found one label, 'yes'; expected at least two");
});

test('speakers are sorted, and one alone is refused', () => {
  const speakers = (...names: string[]) => names.map((spk, index) => ({ id: `u${index}`, wav_path: `u${index}.wav`, spk }));
  expect(encodeSpeakers(speakers('b', 'a', 'b'))).toEqual(['a', 'b']);
  expect(() => encodeSpeakers(speakers('b', 'b'))).toThrow("train.csv: found one speaker, 'b'; expected at least two to tell apart");
});
