import { InputError } from '@s3/interface';
import { readTextFile } from '../tables/text-file.ts';
import type { TokenType } from './text-vocabulary.ts';

/**
 * The tokens of a file, one on each line; a line with one space is the space.
 *
 * @throws InputError for a file that cannot be read, is empty or not UTF-8, and, with its row, for a line that is no token of this type or
 *   that was there before
 */
export async function readVocabulary(path: string, type: TokenType): Promise<string[]> {
  const expected = 'a vocabulary, one token on each line';
  const rows = new Map<string, number>();
  (await readTextFile(path, expected)).split(/\r?\n/).forEach((token, index) => {
    if (token === '') return;
    const refuse = (found: string, wanted: string, remedy: string) => new InputError(`${path}, row ${index + 1}`, found, wanted, remedy);
    const earlier = rows.get(token);
    if (earlier !== undefined) throw refuse(`'${token}', which row ${earlier} has too`, 'each token once', 'Remove the row.');
    if (/^<(pad|eos|unk)>$/.test(token)) {
      throw refuse(`the special token ${token}`, 'only other tokens', 'Remove the row; the special tokens are added by themselves.');
    }
    if (type === 'character' && Array.from(token).length > 1) {
      throw refuse(`'${token}'`, 'one character on each line', 'Set tokenizer.type to what is in the file: word, phoneme or subword.');
    }
    if (type !== 'character' && /\s/.test(token)) throw refuse(`'${token}'`, `a ${type} without spaces`, 'Mend the row.');
    rows.set(token, index + 1);
  });
  if (rows.size === 0) throw new InputError(path, 'an empty file', expected, 'Check that it was written completely.');
  return [...rows.keys()];
}
