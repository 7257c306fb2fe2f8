import type { Tokenizer } from '@s3/interface';

/**
 * Makes of a text what a model would write that makes no mistake.
 *
 * A tokenizer may fold upper case, wide forms or accents; against the text as it was, every such word would count as wrong whatever is recognised.
 * Words with something that the tokenizer does not know stay as they are, and so are never right.
 */
export function writtenText(tokenizer: Tokenizer, { blank, end, unknown }: { readonly [token in 'blank' | 'end' | 'unknown']: number }) {
  const known = new Map<string, string>();
  const writtenWord = (word: string): string => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const ids = tokenizer.encode(word).filter((id) => id !== end && id !== blank);
    const written = ids.includes(unknown) ? word : tokenizer.decode(ids).trim();
    known.set(word, written);
    return written;
  };
  return (text: string): string =>
    text
      .split(' ')
      .map((word) => ({ word, written: word === '' ? '' : writtenWord(word) }))
      // what leaves nothing is no word; a space too many is the text's own
      .filter(({ word, written }) => word === '' || written !== '')
      .map(({ written }) => written)
      .join(' ');
}
