import { expect, test } from 'vitest';
import { voicesIn, voicesText } from './voices-file.ts';

const page = { name: 'asv/step_60', overrides: {}, speakerModel: null, tests: [] };
const heard = { weights: 'f00d', upstream: 'cafe', settings: '1234' };
const hearing = { heard, page };
const people = [{ name: 'Ada "Countess"', voices: [Float32Array.of(0.1, -2.5e-8, 3), Float32Array.of(1, 0, 0)] }];

test('voices come back as they were saved, to the last bit, also where the model is called otherwise', () => {
  const text = voicesText(hearing, people);
  expect(voicesIn(hearing, text, 'voices.json')).toEqual(people);
  expect(voicesIn({ heard, page: { ...page, name: 'asv/valid_best' } }, text, 'voices.json')).toEqual(people);
});

test.each([
  [
    { weights: 'beef' },
    /found voices as the model other\/step_9 hears them \(weights beef\); expected those .* asv\/step_60 \(weights f00d\)\./,
  ],
  [{ upstream: 'dead' }, /found voices as other\/step_9 hears them through an upstream of other weights \(dead\); expected .* \(cafe\)\./],
  [{ upstream: null }, /through an upstream of other weights \(without weights\)/],
  [{ settings: '99' }, /found voices as other\/step_9 hears them with other settings of its parts/],
])('voices that another model heard are refused by what differs: %j', (difference, words) => {
  const text = voicesText({ heard: { ...heard, ...difference }, page: { ...page, name: 'other/step_9' } }, people);
  expect(() => voicesIn(hearing, text, 'voices.json')).toThrow(words);
});

test.each(['', '{}', 'Dear diary', voicesText(hearing, []), voicesText(hearing, people).replace('"version":1', '"version":2')])(
  'what is no such file is refused: %j',
  (text) => {
    expect(() => voicesIn(hearing, text, 'notes.txt')).toThrow(/^notes\.txt: found no voices that this page saved/);
  },
);
