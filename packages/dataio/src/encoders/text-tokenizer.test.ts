import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import recorded from '../fixtures/tokenizers.json' with { type: 'json' };
import { readVocabulary } from './read-vocabulary.ts';
import { textTokenizer } from './text-tokenizer.ts';
import { characterVocabulary, generateVocabulary, phonemeVocabulary } from './text-vocabulary.ts';

const characters = textTokenizer({ type: 'character', vocabulary: recorded.char_vocab });
const words = textTokenizer({ type: 'word', vocabulary: recorded.word_vocab });

test('vocabularies equal those of S3PRL', () => {
  expect(generateVocabulary('character', recorded.texts)).toEqual(recorded.char_vocab);
  expect(generateVocabulary('word', recorded.texts)).toEqual(recorded.word_vocab);
  expect(phonemeVocabulary.length).toBe(71);
});

test('ids equal those of S3PRL', () => {
  expect(recorded.texts.map(characters.encode)).toEqual(recorded.char_tokens.slice(0, 2));
  expect(recorded.texts.map(words.encode)).toEqual(recorded.word_tokens.slice(0, 2));
  expect(characters.encode('HELLO ?')).toEqual(recorded.char_tokens[2]);
  expect(words.encode('FOO NEW')).toEqual(recorded.word_tokens[2]);
  expect(characters.decode(recorded.char_tokens[0]!)).toBe(recorded.decode.char);
  expect(words.decode(recorded.word_tokens[1]!)).toBe(recorded.decode.word);
  expect(characters.decode([2, 4])).toBe(recorded.decode.unk);
  const usual = textTokenizer({ type: 'character', vocabulary: characterVocabulary });
  expect(usual.size).toBe(31);
  expect(usual.encode(usual.decode(recorded.default_char_tokens))).toEqual(recorded.default_char_tokens);
  expect(usual.decode(recorded.default_char_tokens)).toBe("IT'S ME");
});

test('strips what surrounds a text, ends at the end mark, leaves padding out', () => {
  expect(characters.encode(' FOO\r\n')).toEqual(characters.encode('FOO'));
  expect(characters.decode([0, 8, 0, 11, 1, 11])).toBe('FO');
  expect(characters.encode('')).toEqual([1]);
});

test('says what it does not know', () => {
  expect(characters.unknown('HELLO, WÖRLD')).toEqual([',', 'Ö']);
  expect(words.unknown('FOO NEW <eos>')).toEqual(['NEW', '<eos>']);
  // written out, special tokens are no padding and no end
  expect(words.encode('FOO <pad> <eos>')).toEqual([4, 2, 2, 1]);
});

test('keeps the most frequent tokens, the first of equals, sorted', () => {
  const texts = ['b a a', 'c c c d'];
  expect(generateVocabulary('word', texts, { size: 3 })).toEqual(['a', 'b', 'c']);
  expect(generateVocabulary('word', texts, { coverage: 0.5 })).toEqual(['a', 'c']);
  expect(generateVocabulary('word', texts, { size: 9 })).toEqual(['a', 'b', 'c', 'd']);
  // by code point: the private use area before emoji
  expect(generateVocabulary('character', ['\u{1F600}\uFFFD'])).toEqual(['\uFFFD', '\u{1F600}']);
});

test('is the same after JSON', () => {
  const again = textTokenizer(JSON.parse(JSON.stringify(characters.data)));
  expect(again.encode('HELLO')).toEqual(characters.encode('HELLO'));
  expect(again.tokens).toEqual(characters.tokens);
});

test('decodes what it has encoded', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...recorded.char_vocab), { minLength: 1 }), (letters) => {
      const text = letters.join('').trim();
      expect(characters.decode(characters.encode(text))).toBe(text);
    }),
  );
});

test('refuses vocabularies that cannot be numbered, ids without a token and texts without one', () => {
  expect(() => textTokenizer({ type: 'word', vocabulary: ['a', '<unk>'] })).toThrow(/special token <unk>/);
  expect(() => textTokenizer({ type: 'word', vocabulary: ['a', 'a'] })).toThrow(/'a' twice/);
  expect(() => characters.decode([99])).toThrow(InputError);
  expect(() => generateVocabulary('character', ['', ' '])).toThrow(InputError);
});

test('reads a vocabulary of lines, the space among them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-vocabulary-'));
  const file = join(folder, 'characters.txt');
  await writeFile(file, "\uFEFF \n'\r\nA\n");
  expect(await readVocabulary(file, 'character')).toEqual([' ', "'", 'A']);
  await expect(readVocabulary(join(folder, 'none.txt'), 'word')).rejects.toThrow(/none\.txt: found no such file/);
  const refused: [string | Uint8Array, 'character' | 'word', RegExp][] = [
    ['', 'character', /found an empty file/],
    [Uint8Array.of(0xff, 0xfe, 65, 0), 'character', /found bytes that are not UTF-8/],
    ['A\nB\nA\n', 'character', /row 3: found 'A', which row 1 has too/],
    ['A\n<unk>\n', 'character', /row 2: found the special token <unk>/],
    ['HELLO\n', 'character', /row 1: found 'HELLO'; expected one character on each line\. Set tokenizer\.type/],
    ['NEW YORK\n', 'word', /row 1: found 'NEW YORK'; expected a word without spaces/],
  ];
  for (const [content, type, message] of refused) {
    await writeFile(file, content);
    await expect(readVocabulary(file, type)).rejects.toThrow(message);
  }
});
