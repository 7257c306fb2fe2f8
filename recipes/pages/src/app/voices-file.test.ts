import { expect, test } from 'vitest';
import { voicesIn, voicesText } from './voices-file.ts';

const page = { name: 'asv/step_60', overrides: {}, speakerModel: null, tests: [] };
const heard = { id: 'f00d', page };
const people = [{ name: 'Ada "Countess"', voices: [Float32Array.of(0.1, -2.5e-8, 3), Float32Array.of(1, 0, 0)] }];

test('voices come back as they were saved, to the last bit', () => {
  expect(voicesIn(heard, voicesText(heard, people), 'voices.json')).toEqual(people);
});

test('voices that another model heard are refused by its name', () => {
  const text = voicesText({ id: 'beef', page: { ...page, name: 'other/step_9' } }, people);
  expect(() => voicesIn(heard, text, 'voices.json')).toThrow(
    /^voices\.json: found voices as the model other\/step_9 hears them; expected those of the model of this page, asv\/step_60\./,
  );
});

test.each(['', '{}', 'Dear diary', voicesText(heard, []), voicesText(heard, people).replace('"version":1', '"version":2')])(
  'what is no such file is refused: %j',
  (text) => {
    expect(() => voicesIn(heard, text, 'notes.txt')).toThrow(/^notes\.txt: found no voices that this page saved/);
  },
);
