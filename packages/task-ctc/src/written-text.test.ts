import { expect, test } from 'vitest';
import { writtenText } from './written-text.ts';

const tokens = ['<pad>', '<eos>', '<unk>', 'a', 'b', '-', ' '];
const idOf = (letter: string) => Math.max(2, tokens.indexOf(letter));
const special = { blank: 0, end: 1, unknown: 2 };
const tokenizer = (fold: (text: string) => string) => ({
  size: tokens.length,
  encode: (text: string) => [...Array.from(fold(text), idOf), 1],
  decode: (ids: readonly number[]) => ids.map((id) => tokens[id]).join(''),
});

test('a text is compared as its tokenizer writes it', () => {
  const folding = writtenText(
    tokenizer((text) => text.toLowerCase().replace(/\u200b/gu, '')),
    special,
  );
  expect(folding('AB b BA-')).toBe('ab b ba-');
  // what is not known is what was said, never what a model would write for it
  expect(folding('AB ABC')).toBe('ab ABC');
  expect(folding('A \u200b B')).toBe('a b');
  expect(folding('')).toBe('');
});

test('a tokenizer that folds nothing leaves a text as it is', () => {
  const plain = writtenText(
    tokenizer((text) => text),
    special,
  );
  for (const text of ['ab b', 'AB b', ' a  b', 'é <unk>']) expect(plain(text)).toBe(text);
});
