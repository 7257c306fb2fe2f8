import { lexiconSpellings } from './lexicon-spellings.ts';
import type { SpeltWord } from './spelling-trie.ts';
import { textLines } from './text-lines.ts';
import type { WordSpelling } from './word-spelling.ts';

/**
 * The words of a lexicon file, plain or compressed with gzip, with their spellings.
 *
 * @throws InputError for a file that cannot be read or has no words, and for words that the tokens cannot spell, all of them listed
 */
export const readSpellings = (path: string, spelling: WordSpelling): Promise<SpeltWord[]> =>
  lexiconSpellings(path, textLines(path), spelling);
