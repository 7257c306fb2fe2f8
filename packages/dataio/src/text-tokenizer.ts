import { InputError, type Tokenizer } from '@s3/interface';
import { stripText, type TokenType } from './text-vocabulary.ts';

/** A tokenizer as plain data, to be saved as JSON. */
export type TokenizerData = {
  readonly type: TokenType;
  /** tokens beside the special ones, in the order of their ids from 3 on */
  readonly vocabulary: readonly string[];
};

export interface TextTokenizer extends Tokenizer {
  /** every token, the special ones first, in the order of ids */
  readonly tokens: readonly string[];
  /** tokens of a text that have no id, in their order */
  readonly unknown: (text: string) => string[];
  readonly data: TokenizerData;
}

const special = ['<pad>', '<eos>', '<unk>'] as const;
const [pad, end, unknown] = [0, 1, 2];

/**
 * Characters, words or phones with the ids of S3PRL: `<pad>` 0 (the blank of CTC), `<eos>` 1, `<unk>` 2, then the vocabulary.
 *
 * Encoding strips spaces and line ends around a text and appends `<eos>`; what is not known becomes `<unk>`. Decoding
 * leaves `<pad>` out and ends at `<eos>`.
 *
 * @throws InputError for a vocabulary with a special token or a token twice
 */
export function textTokenizer(data: TokenizerData): TextTokenizer {
  const { type, vocabulary } = data;
  const tokens = [...special, ...vocabulary];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size < tokens.length) {
    const doubled = tokens.find((token, id) => ids.get(token) !== id)!;
    throw new InputError(
      'vocabulary',
      special.includes(doubled as never) ? `the special token ${doubled}` : `the token '${doubled}' twice`,
      `each token once, without ${special.join(', ')}`,
      'Remove it; the special tokens are added by themselves.',
    );
  }
  const split = (text: string) => (type === 'character' ? Array.from(stripText(text)) : stripText(text).split(' '));
  return {
    size: tokens.length,
    tokens: Object.freeze(tokens),
    data: { type, vocabulary: [...vocabulary] },
    unknown: (text) => split(text).filter((token) => (ids.get(token) ?? unknown) <= unknown),
    // a special token that is written out in a text is text, and not known
    encode: (text) => [...split(text).map((token) => Math.max(unknown, ids.get(token) ?? unknown)), end],
    decode(tokenIds) {
      const spoken: string[] = [];
      for (const id of tokenIds) {
        if (id === end) break;
        if (id === pad) continue;
        const token = tokens[id];
        if (token === undefined) {
          throw new InputError('token id', `${id}`, `0 to ${tokens.length - 1}`, 'Check that model and tokenizer belong together.');
        }
        spoken.push(token);
      }
      return spoken.join(type === 'character' ? '' : ' ');
    },
  };
}
