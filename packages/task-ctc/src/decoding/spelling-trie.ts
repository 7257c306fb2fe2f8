import { grown } from './grown.ts';
import { pairIndex } from './pair-index.ts';

/** Words by their spellings: a tree of tokens, or of letters where tokens are pieces of words; words hang at the nodes where they end. */
export interface SpellingTrie {
  readonly root: number;
  /** the node that a token or letter leads to, or -1 */
  readonly child: (node: number, unit: number) => number;
  readonly hasChildren: (node: number) => boolean;
  /** words that end at a node, each as an entry of `entries` */
  readonly endings: (node: number) => readonly number[];
  /** every word with the id that the language model has for it */
  readonly entries: readonly SpeltWord[];
}

/** A word of a lexicon and the ids of the tokens that spell it. */
export interface SpeltWord {
  readonly word: string;
  readonly spelling: readonly number[];
}

const none: readonly number[] = [];

export function spellingTrie(entries: readonly SpeltWord[]): SpellingTrie {
  const children = pairIndex(4 * entries.length);
  const endings = new Map<number, number[]>();
  let nodes = 1;
  let counts = new Int32Array(1024);
  entries.forEach(({ spelling }, entry) => {
    let node = 0;
    for (const unit of spelling) {
      let next = children.get(node, unit);
      if (next < 0) {
        next = nodes++;
        children.add(node, unit, next);
        counts = grown(counts, node);
        counts[node]! += 1;
      }
      node = next;
    }
    const here = endings.get(node);
    if (!here) endings.set(node, [entry]);
    else if (!here.some((other) => entries[other]!.word === entries[entry]!.word)) here.push(entry);
  });
  return {
    root: 0,
    child: (node, unit) => children.get(node, unit),
    hasChildren: (node) => (counts[node] ?? 0) > 0,
    endings: (node) => endings.get(node) ?? none,
    entries,
  };
}
