import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import recorded from '../fixtures/subwords/recorded.json' with { type: 'json' };
import { loadTokenizer } from './load-tokenizer.ts';
import { readSubwords } from './read-subwords.ts';
import { parseSentencePieceModel } from './sentencepiece-model.ts';
import { subwordTokenizer } from './subword-tokenizer.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/subwords/${name}`, import.meta.url));
const tokenizerOf = async (name: string) => subwordTokenizer(await readSubwords(fixture(name)));
// stripped around, as every tokenizer here does; the models that were recorded do so themselves, but for those of bytes
const texts = recorded.texts;
const isStripped = (text: string) => text === text.trim();

test('a model that S3PRL has trained gives the ids and texts of S3PRL', async () => {
  const tokenizer = await tokenizerOf('s3prl-unigram.model');
  const { size, ids, decoded, pieces } = recorded['s3prl-unigram'];
  expect(tokenizer.size).toBe(size);
  expect(tokenizer.tokens.filter((_, id) => id % 10 === 0)).toEqual(pieces);
  expect(texts.map(tokenizer.encode)).toEqual(ids);
  expect(ids.map(tokenizer.decode)).toEqual(decoded);
});

test.each([
  ['default-ids-bpe', 'default-ids-bpe.model'],
  ['bpe', 'bpe.tokenizer.json'],
  ['byte-level', 'byte-level.tokenizer.json'],
  ['unigram', 'unigram.tokenizer.json'],
  ['wordpiece', 'wordpiece.tokenizer.json'],
] as const)('%s: the pieces of the original, with ids of our own', async (name, file) => {
  const tokenizer = await tokenizerOf(file);
  const { pieces, decoded } = recorded[name];
  let compared = 0;
  texts.forEach((text, index) => {
    if (!isStripped(text)) return;
    compared++;
    const ids = tokenizer.encode(text);
    expect(ids.at(-1)).toBe(1);
    const known = (piece: string) => (tokenizer.tokens.indexOf(piece) < 3 ? '<unk>' : piece);
    expect(
      ids.slice(0, -1).map((id) => tokenizer.tokens[id]),
      text,
    ).toEqual(pieces[index]!.map(known));
    // special tokens that are written out are no special tokens here
    if (!text.includes('<eos>')) expect(tokenizer.decode(ids), text).toBe(decoded[index]);
  });
  expect(compared).toBeGreaterThan(100);
});

test('says which characters a model does not know', async () => {
  const tokenizer = await tokenizerOf('s3prl-unigram.model');
  expect(tokenizer.unknown('HELLO WORLD')).toEqual([]);
  expect(tokenizer.unknown('HELLO ÖL, €')).toEqual(['Ö', ',', '€']);
  const bytes = await tokenizerOf('byte-level.tokenizer.json');
  expect(bytes.unknown('HELLO ÖL, €')).toEqual([]);
});

test('is the same after JSON', async () => {
  for (const file of ['default-ids-bpe.model', 'unigram.tokenizer.json']) {
    const tokenizer = await tokenizerOf(file);
    const again = await loadTokenizer(JSON.parse(JSON.stringify(tokenizer.data)));
    expect(again.encode('Hello world')).toEqual(tokenizer.encode('Hello world'));
    expect(again.tokens).toEqual(tokenizer.tokens);
  }
});

describe('refuses', () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-subwords-'));
  const whole = readFileSync(fixture('default-ids-bpe.model'));
  const file = (name: string, bytes: Uint8Array | string) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const json = JSON.parse(readFileSync(fixture('bpe.tokenizer.json'), 'utf8'));

  test.each([
    ['a file that is not there', () => join(folder, 'none.model'), /none\.model: found .*no such file/],
    ['an empty file', () => file('empty.model', ''), /empty\.model: found no SentencePiece model \(no pieces\).*spm_train/],
    ['a text', () => file('text.model', 'HELLO\nWORLD\n'), /text\.model: found no SentencePiece model/],
    ['a model that was cut', () => file('cut.model', whole.subarray(0, whole.length - 700)), /cut\.model: found no SentencePiece model/],
    ['a model cut between pieces', () => file('head.model', whole.subarray(0, 21)), /head\.model: found no SentencePiece model/],
    ['JSON with a mistake', () => file('bad.json', '{"model": '), /bad\.json: found JSON with a mistake/],
    ['another JSON', () => file('other.json', '{"a": 1}'), /other\.json: found a tokenizer\.json with the model 'none'/],
    [
      'a model of words',
      () => file('words.json', JSON.stringify({ ...json, model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' } })),
      /'WordLevel'.*tokenizer\.type word/,
    ],
    ['a model without vocabulary', () => file('novocab.json', JSON.stringify({ ...json, model: { type: 'BPE' } })), /cannot be used/],
  ])('%s', async (_, path, message) => {
    await expect(readSubwords(path())).rejects.toThrow(message);
  });

  test('an id that no piece has', async () => {
    const tokenizer = await tokenizerOf('default-ids-bpe.model');
    expect(() => tokenizer.decode([tokenizer.size])).toThrow(/token id: found/);
  });
});

test('every cut of a model is refused, or still holds whole pieces and the word for what is unknown', () => {
  const whole = readFileSync(fixture('default-ids-bpe.model'));
  let refused = 0;
  for (let length = 0; length < 2000; length += 7) {
    try {
      expect(parseSentencePieceModel(whole.subarray(0, length)).pieces[0]).toBe('<unk>');
    } catch (error) {
      expect((error as Error).message).toMatch(/^(it ends too early|no pieces|a piece without text)$/);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(200);
});
