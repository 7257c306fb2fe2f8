import { InputError, type Tokenizer } from '@s3/interface';
import { stripText, type TokenType } from './text-vocabulary.ts';

/** A tokenizer of characters, words or phones as plain data, to be saved as JSON. */
export type TextTokenizerData = {
  readonly type: TokenType;
  /** tokens beside the special ones, in the order of their ids from 3 on */
  readonly vocabulary: readonly string[];
};

/** A tokenizer that tells its tokens, and what it does not know. */
export interface TextTokenizer<Data = unknown> extends Tokenizer {
  /** every token, the special ones first, in the order of ids */
  readonly tokens: readonly string[];
  /** tokens of a text that have no id, in their order */
  readonly unknown: (text: string) => string[];
  /** what it is built from again */
  readonly data: Data;
}

/** Tokens of every tokenizer, with the ids 0, 1 and 2: the blank of CTC, the end of a text, and what is not known. */
export const specialTokens = ['<pad>', '<eos>', '<unk>'] as const;
export const [padId, endId, unknownId] = [0, 1, 2];

/**
 * Characters, words or phones with the ids of S3PRL: `<pad>` 0 (the blank of CTC), `<eos>` 1, `<unk>` 2, then the vocabulary.
 *
 * Encoding strips spaces and line ends around a text and appends `<eos>`; what is not known becomes `<unk>`. Decoding
 * leaves `<pad>` out and ends at `<eos>`.
 *
 * @throws InputError for a vocabulary with a special token or a token twice
 */
export function textTokenizer(data: TextTokenizerData): TextTokenizer<TextTokenizerData> {
  const { type, vocabulary } = data;
  const tokens = [...specialTokens, ...vocabulary];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size < tokens.length) {
    const doubled = tokens.find((token, id) => ids.get(token) !== id)!;
    throw new InputError(
      'vocabulary',
      specialTokens.includes(doubled as never) ? `the special token ${doubled}` : `the token '${doubled}' twice`,
      `each token once, without ${specialTokens.join(', ')}`,
      'Remove it; the special tokens are added by themselves.',
    );
  }
  const split = (text: string) => (type === 'character' ? Array.from(stripText(text)) : stripText(text).split(' '));
  return {
    size: tokens.length,
    tokens: Object.freeze(tokens),
    data: { type, vocabulary: [...vocabulary] },
    unknown: (text) => split(text).filter((token) => (ids.get(token) ?? unknownId) <= unknownId),
    // a special token that is written out in a text is text, and not known
    encode: (text) => [...split(text).map((token) => Math.max(unknownId, ids.get(token) ?? unknownId)), endId],
    decode: (tokenIds) =>
      spokenIds(tokenIds, tokens.length)
        .map((id) => tokens[id]!)
        .join(type === 'character' ? '' : ' '),
  };
}

/**
 * The ids up to the end mark, without the blank.
 *
 * @throws InputError for an id that no token has
 */
export function spokenIds(tokenIds: readonly number[], size: number): number[] {
  const end = tokenIds.indexOf(endId);
  const spoken = (end < 0 ? tokenIds : tokenIds.slice(0, end)).filter((id) => id !== padId);
  const stranger = spoken.find((id) => !(Number.isInteger(id) && id >= 0 && id < size));
  if (stranger !== undefined) {
    throw new InputError('token id', `${stranger}`, `0 to ${size - 1}`, 'Check that model and tokenizer belong together.');
  }
  return spoken;
}
