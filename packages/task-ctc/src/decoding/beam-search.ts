import { grown } from './grown.ts';
import { pairIndex } from './pair-index.ts';
import type { GrammarState, WordGrammar } from './word-grammar.ts';

export interface BeamSearchSettings {
  /** hypotheses kept after each frame */
  readonly beamSize: number;
  /** how much worse than the best a hypothesis may be, as a difference of logarithms; null: any */
  readonly beamThreshold: number | null;
  /** logarithm of the probability that a token needs to be tried in a frame; null: none */
  readonly tokenPruning: number | null;
  /** whether ways to say the same text are summed; else the best counts */
  readonly logAdd: boolean;
}

/** A text that may have been said. */
export interface FoundText {
  /** without separators at its ends */
  readonly tokens: readonly number[];
  /** the lexicon's words, where there is a lexicon */
  readonly entries: readonly number[];
  /** acoustic score and everything else, weighted */
  readonly score: number;
  /** logarithm of the probability that the model gives to these tokens */
  readonly acoustic: number;
  /** logarithm of the probability that the language model gives */
  readonly language: number;
}

const [blank, end, firstSpoken] = [0, 1, 2];
const impossible = Number.NEGATIVE_INFINITY;

/**
 * Prefix beam search over CTC outputs: the likeliest texts, best first.
 *
 * Hypotheses are prefixes, each with the probability of all alignments heard so far (or of the best) that end in a blank,
 * and that do not. Blank and end of text are the same to it: both are silent. Several separators in a row count as one.
 *
 * Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs", 2014.
 *
 * @param logProbabilities (frames, classes) natural logarithms, row-major
 */
export function beamSearch(
  logProbabilities: Float64Array,
  classes: number,
  grammar: WordGrammar,
  { beamSize, beamThreshold, tokenPruning, logAdd }: BeamSearchSettings,
): FoundText[] {
  const join = logAdd ? logSum : Math.max;
  const { separator } = grammar.spelling;

  // prefixes as a tree; a child is found by token, or by token and entry of the lexicon
  const states: GrammarState[] = [grammar.start];
  let parents = new Int32Array(256).fill(-1, 0, 1);
  let entries = new Int32Array(256).fill(-1, 0, 1);
  /** place among the candidates of this frame, -1 for none */
  let places = new Int32Array(256).fill(-1);
  const children = pairIndex();
  const symbols = pairIndex(16);
  const symbolOf = (token: number, entry: number): number => {
    if (entry < 0) return token;
    let symbol = symbols.get(token, entry);
    if (symbol < 0) {
      symbol = classes + symbols.size;
      symbols.add(token, entry, symbol);
    }
    return symbol;
  };

  // prefixes that are alive, and the logarithms of their probabilities ending in a blank or not
  let alive: number[] = [0];
  let blanks = Float64Array.of(0);
  let others = Float64Array.of(impossible);

  // candidates of a frame: those that stay, then those that grow
  let nodes = new Int32Array(1024);
  let nextBlanks = new Float64Array(1024);
  let nextOthers = new Float64Array(1024);
  let totals = new Float64Array(1024);
  let count = 0;
  /** for a prefix that is new: its parent, symbol and what the grammar says of it */
  const fresh: { parent: number; symbol: number; entry: number; state: GrammarState }[] = [];

  function candidate(node: number, bonus: number): number {
    const place = count++;
    nodes = grown(nodes, place);
    nextBlanks = grown(nextBlanks, place);
    nextOthers = grown(nextOthers, place);
    totals = grown(totals, place);
    nodes[place] = node;
    nextBlanks[place] = impossible;
    nextOthers[place] = impossible;
    // until all have been told, the total is what does not come from the sound
    totals[place] = bonus;
    if (node >= 0) places[node] = place;
    return place;
  }

  const spoken = new Int32Array(classes);
  for (let offset = 0; offset < logProbabilities.length; offset += classes) {
    const silence = join(logProbabilities[offset + blank]!, logProbabilities[offset + end]!);
    const spokenCount = spokenTokens(logProbabilities, offset, classes, tokenPruning, spoken);
    count = 0;
    fresh.length = 0;
    for (let slot = 0; slot < alive.length; slot++) {
      const { token, bonus } = states[alive[slot]!]!;
      const place = candidate(alive[slot]!, bonus);
      nextBlanks[place] = join(blanks[slot]!, others[slot]!) + silence;
      if (token >= 0) nextOthers[place] = others[slot]! + logProbabilities[offset + token]!;
      if (token === separator && separator >= 0) {
        nextOthers[place] = join(nextOthers[place]!, blanks[slot]! + logProbabilities[offset + separator]!);
      }
    }
    for (let slot = 0; slot < alive.length; slot++) {
      const node = alive[slot]!;
      const state = states[node]!;
      for (let index = 0; index < spokenCount; index++) {
        const token = spoken[index]!;
        const isRepeated = token === state.token;
        if (isRepeated && token === separator) continue;
        const before = isRepeated ? blanks[slot]! : join(blanks[slot]!, others[slot]!);
        if (before === impossible) continue;
        const heard = before + logProbabilities[offset + token]!;
        grammar.follow(state, token, (next, entry) => {
          const symbol = symbolOf(token, entry);
          const child = children.get(node, symbol);
          let place = child < 0 ? -1 : places[child]!;
          if (place < 0) {
            place = candidate(child, next.bonus);
            if (child < 0) {
              nodes[place] = -1 - fresh.length;
              fresh.push({ parent: node, symbol, entry, state: next });
            }
          }
          nextOthers[place] = join(nextOthers[place]!, heard);
        });
      }
    }

    let best = impossible;
    for (let place = 0; place < count; place++) {
      if (nodes[place]! >= 0) places[nodes[place]!] = -1;
      totals[place]! += join(nextBlanks[place]!, nextOthers[place]!);
      best = Math.max(best, totals[place]!);
    }
    const kept = bestPlaces(totals.subarray(0, count), beamSize, beamThreshold === null ? impossible : best - beamThreshold);
    alive = [];
    blanks = new Float64Array(kept.length);
    others = new Float64Array(kept.length);
    for (const [slot, place] of kept.entries()) {
      let node = nodes[place]!;
      if (node < 0) {
        const { parent, symbol, entry, state } = fresh[-1 - node]!;
        node = states.length;
        states.push(state);
        parents = grown(parents, node);
        entries = grown(entries, node);
        places = grown(places, node);
        parents[node] = parent;
        entries[node] = entry;
        places[node] = -1;
        children.add(parent, symbol, node);
      }
      alive.push(node);
      blanks[slot] = nextBlanks[place]!;
      others[slot] = nextOthers[place]!;
    }
  }
  const last = alive.map((node, slot) => ({ node, acoustic: join(blanks[slot]!, others[slot]!) }));
  const found = endings(last);
  if (found.length > 0) return found;
  // nothing but beginnings of words of the lexicon: what was dropped on the way may have ended one
  if (beamThreshold !== null || tokenPruning !== null) {
    return beamSearch(logProbabilities, classes, grammar, { beamSize, beamThreshold: null, tokenPruning: null, logAdd });
  }
  return endings(last.map(({ node, acoustic }) => ({ node: beforeWord(node), acoustic })));

  function beforeWord(node: number): number {
    for (let at = node; at > 0; at = parents[at]!) {
      let canEnd = false;
      grammar.finish(states[at]!, () => {
        canEnd = true;
      });
      if (canEnd) return at;
    }
    return 0;
  }

  function endings(ends: readonly { readonly node: number; readonly acoustic: number }[]): FoundText[] {
    const texts = new Map<string, FoundText>();
    for (const { node, acoustic } of ends) {
      const path: number[] = [];
      const words: number[] = [];
      for (let at = node; at > 0; at = parents[at]!) {
        path.push(states[at]!.token);
        if (entries[at]! >= 0) words.push(entries[at]!);
      }
      path.reverse();
      words.reverse();
      const tokens = path.at(-1) === separator ? path.slice(0, -1) : path;
      grammar.finish(states[node]!, ({ bonus, language }, entry) => {
        const found = entry < 0 ? words : [...words, entry];
        const key = `${grammar.keyOf(tokens)}/${found.join(' ')}`;
        const same = texts.get(key);
        const sum = same ? join(same.acoustic, acoustic) : acoustic;
        texts.set(key, { tokens, entries: found, score: sum + bonus, acoustic: sum, language });
      });
    }
    return [...texts.values()].sort((one, other) => other.score - one.score);
  }
}

/** ln(e^a + e^b) */
function logSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === impossible ? impossible : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** Tokens worth trying in a frame, and the best in any case; how many they are. */
function spokenTokens(
  logProbabilities: Float64Array,
  offset: number,
  classes: number,
  tokenPruning: number | null,
  into: Int32Array,
): number {
  let best = blank;
  for (let token = 1; token < classes; token++) if (logProbabilities[offset + token]! > logProbabilities[offset + best]!) best = token;
  let count = 0;
  for (let token = firstSpoken; token < classes; token++) {
    if (tokenPruning === null || token === best || logProbabilities[offset + token]! >= tokenPruning) into[count++] = token;
  }
  return count;
}

/** Places of the highest values, at most `limit` of them and none below `lowest`, in their order; of equal ones the first. */
function bestPlaces(values: Float64Array, limit: number, lowest: number): number[] {
  const possible: number[] = [];
  for (let place = 0; place < values.length; place++) {
    if (values[place]! >= lowest && values[place]! > impossible) possible.push(place);
  }
  if (possible.length <= limit) return possible;
  const sorted = Float64Array.from(possible, (place) => values[place]!).sort();
  const threshold = sorted[sorted.length - limit]!;
  let equal = limit;
  for (let index = sorted.length - 1; index >= 0 && sorted[index]! > threshold; index--) equal -= 1;
  return possible.filter((place) => values[place]! > threshold || (values[place] === threshold && equal-- > 0));
}
