import { type SlotTokenizerData, slotTokenizer } from './slot-tokenizer.ts';
import { type SubwordTokenizerData, subwordTokenizer } from './subword-tokenizer.ts';
import { type TextTokenizer, type TextTokenizerData, textTokenizer } from './text-tokenizer.ts';

/** Any tokenizer as plain data, to be saved as JSON. */
export type TokenizerData = TextTokenizerData | SubwordTokenizerData | SlotTokenizerData;

/**
 * The tokenizer that the data describes; a promise, since subwords load a library.
 *
 * @throws InputError as `textTokenizer`, `subwordTokenizer` and `slotTokenizer` do
 */
export async function loadTokenizer(data: TokenizerData): Promise<TextTokenizer<TokenizerData>> {
  const words = data.type === 'subword' ? await subwordTokenizer(data) : textTokenizer(data);
  return 'slots' in data ? slotTokenizer(words, data.slots) : words;
}
