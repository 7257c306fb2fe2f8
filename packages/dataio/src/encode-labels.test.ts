import { expect, test } from 'vitest';
import { encodeLabels } from './encode-labels.ts';

const rows = (...labels: string[]) => labels.map((label, index) => ({ id: `u${index}`, wav_path: `u${index}.wav`, label }));

test('labels are sorted, and counted in training alone', () => {
  const corpus = { train: rows('yes', 'no', 'yes'), valid: rows('no'), tests: { one: rows('yes') } };
  expect(encodeLabels(corpus)).toEqual({ labels: ['no', 'yes'], counts: [1, 2] });
});

test('a label that is judged but not trained is refused, in validation and in every test set', () => {
  const train = rows('yes', 'no');
  expect(() => encodeLabels({ train, valid: rows('go'), tests: {} })).toThrow("'go'");
  expect(() => encodeLabels({ train, tests: { one: rows('yes'), two: rows('stop') } })).toThrow("'stop'");
});
