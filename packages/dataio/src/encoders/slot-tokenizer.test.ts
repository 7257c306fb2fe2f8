import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import recorded from '../fixtures/slot-tokenizers.json' with { type: 'json' };
import { loadTokenizer } from './load-tokenizer.ts';
import { readSubwords } from './read-subwords.ts';
import { slotText, slotTokenizer } from './slot-tokenizer.ts';
import { textTokenizer } from './text-tokenizer.ts';

const characters = slotTokenizer(textTokenizer({ type: 'character', vocabulary: recorded.characters }), recorded.slots);
const texts = recorded.cases.map(({ words, tags }) => slotText(words.trim().split(/ +/), tags.split(' ')));

test('writes marks around the words of each slot', () => {
  expect(slotText(['TO', 'NEW', 'YORK', 'NOW'], ['O', 'city', 'city', 'when'])).toBe('TO B-city NEW YORK E-city B-when NOW E-when');
  expect(slotText([], [])).toBe('');
  // IOB proper tells two slots of one kind apart
  expect(slotText(['A', 'B', 'C'], ['B-x', 'I-x', 'B-x'])).toBe('B-x A B E-x B-x C E-x');
});

test("spells slots with the ids of S3PRL's CharacterSlotTokenizer", () => {
  expect(texts.map(characters.encode)).toEqual(recorded.character.map(({ ids }) => ids));
  expect(recorded.character.map(({ ids }) => characters.decode(ids))).toEqual(recorded.character.map(({ decoded }) => decoded));
  expect(characters.size).toBe(3 + recorded.characters.length + 2 * recorded.slots.length);
});

test("takes slots into subwords with the ids of S3PRL's SubwordSlotTokenizer, and keeps the words behind the last", async () => {
  const words = await readSubwords(fileURLToPath(new URL('../fixtures/subwords/s3prl-unigram.model', import.meta.url)));
  const subwords = await loadTokenizer({ ...words, slots: recorded.slots });
  expect(texts.map(subwords.encode)).toEqual(recorded.subword.map(({ ids }) => ids));
  recorded.subword.forEach(({ ids, decoded }, index) => {
    const own = subwords.decode(ids);
    if (texts[index]!.match(/E-\S+$/)) expect(own).toBe(decoded);
    else expect(own).toBe(texts[index]);
  });
});

test('decodes what it has encoded', () => {
  const word = fc.array(fc.constantFrom(...recorded.characters.filter((character) => character !== ' ')), { minLength: 1, maxLength: 5 });
  const tagged = fc.tuple(
    word.map((letters) => letters.join('')),
    fc.constantFrom('O', ...recorded.slots),
  );
  fc.assert(
    fc.property(fc.array(tagged, { minLength: 1, maxLength: 6 }), (pairs) => {
      const text = slotText(
        pairs.map(([own]) => own),
        pairs.map(([, tag]) => tag),
      );
      expect(characters.decode(characters.encode(text))).toBe(text);
      expect(characters.unknown(text)).toEqual([]);
    }),
  );
});

test('says what it does not know, marks of other slots among it; refuses slots without a name or twice', () => {
  expect(characters.unknown('PLAY É B-city NEW E-city')).toEqual(['É']);
  expect(characters.unknown('B-none NEW')).toContain('-');
  const words = textTokenizer({ type: 'character', vocabulary: ['A'] });
  expect(() => slotTokenizer(words, ['city', 'city'])).toThrow(/the slot 'city'/);
  expect(() => slotTokenizer(words, [''])).toThrow(/the slot ''/);
});
