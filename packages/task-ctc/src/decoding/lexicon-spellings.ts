import { InputError } from '@s3/interface';
import { shown } from './shown-tokens.ts';
import type { SpeltWord } from './spelling-trie.ts';
import type { WordSpelling } from './word-spelling.ts';

/**
 * The words of a lexicon with their spellings, from its lines in groups: a word and its tokens on each line, as torchaudio and flashlight have
 * it (`hello h e l l o |`, where `|` may stand for the space), or a word alone, which is spelt by the tokenizer.
 *
 * A word may come several times with other spellings. Spellings need no separator at their end.
 *
 * @param path of the file, for messages
 * @throws InputError for a file without words, and for words that the tokens cannot spell, all of them listed
 */
export async function lexiconSpellings(
  path: string,
  lines: AsyncIterable<readonly string[]>,
  spelling: WordSpelling,
): Promise<SpeltWord[]> {
  const { tokens, separator, ends } = spelling;
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (separator >= 0 && !ids.has('|')) ids.set('|', separator);
  const words: SpeltWord[] = [];
  const unspelt: string[] = [];
  let number = 0;
  for await (const group of lines) {
    for (const line of group) {
      number += 1;
      const [word, ...parts] = line.split(/[\t ]+/).filter(Boolean);
      if (word === undefined) continue;
      let spelt: readonly number[] | undefined = parts.map((part) => ids.get(part) ?? -1);
      if (parts.length === 0) spelt = spelling.spell(word);
      else if (separator >= 0 && spelt.at(-1) === separator) spelt = spelt.slice(0, -1);
      if (!spelt || spelt.length === 0 || (parts.length > 0 && spelt.some((id) => id < 3 || id === separator))) {
        unspelt.push(`'${word}'${parts.length > 0 ? ` as ${parts.join(' ')}` : ''} (line ${number})`);
      } else words.push({ word, spelling: parts.length === 0 ? spelt : spelt.flatMap(spelling.unitsOf) });
    }
  }
  if (unspelt.length > 0) {
    const kinds = ends === 'token' ? 'tokens' : ends === 'mark' ? 'pieces of words' : 'letters';
    throw new InputError(
      path,
      `${unspelt.length} ${unspelt.length === 1 ? 'word' : 'words'} that cannot be spelt: ${unspelt.join(', ')}`,
      `words of the ${kinds} of the tokenizer, ${shown(tokens.slice(3))}`,
      'Remove them, spell them with these, or check that the lexicon is in the same case as the transcriptions.',
    );
  }
  if (words.length === 0) throw new InputError(path, 'no words', 'a word and its spelling on each line', 'Check that it is a lexicon.');
  return words;
}
