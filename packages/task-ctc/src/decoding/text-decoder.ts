import { InputError, type Sequence, type Tokenizer, WiringError } from '@s3/interface';
import { greedyDecoding } from '../greedy-decoding.ts';
import { beamSearch, type FoundText } from './beam-search.ts';
import type { DecoderSettings } from './decoder-settings.ts';
import type { DecodingResources } from './decoding-resources.ts';
import type { NgramModel } from './ngram-model.ts';
import { shown } from './shown-tokens.ts';
import type { SpeltWord } from './spelling-trie.ts';
import { wordGrammar } from './word-grammar.ts';
import { type WordSpelling, wordSpelling } from './word-spelling.ts';

/** What may have been said, and how likely it is. */
export interface TextHypothesis {
  readonly text: string;
  /** the lexicon's words, else those of the text */
  readonly words: readonly string[];
  /** the sum of all scores, weighted: what hypotheses are ordered by */
  readonly score: number;
  /** natural logarithm of the probability that the model gives to the text, or to its best alignment */
  readonly acousticScore: number;
  /** natural logarithm of the probability that the language model gives to it; 0 without one */
  readonly languageScore: number;
}

/** Finds the texts that outputs most likely mean. */
export interface TextDecoder {
  /** Hypotheses for the outputs of one utterance before their softmax, (frames, classes); the best first, at most `nbest`. */
  readonly decode: (logits: Sequence) => readonly TextHypothesis[];
}

const silent = [0, 1];

/**
 * Turns outputs of a CTC model into text.
 *
 * @throws WiringError for a language model or a lexicon that the settings name but that was not read
 * @throws InputError for a language model whose words cannot be spelt with the tokens
 */
export function textDecoder(
  { tokenizer, languageModel, lexicon }: { readonly tokenizer: Tokenizer } & DecodingResources,
  settings: DecoderSettings,
): TextDecoder {
  const spelling = wordSpelling(tokenizer);
  const wordsOf = (text: string) => text.split(' ').filter((word) => word !== '');
  if (settings.type === 'greedy') {
    return {
      decode(logits) {
        const logProbabilities = logSoftmax(logits);
        const classIds: number[] = [];
        let score = 0;
        for (let frame = 0; frame < logits.frames; frame++) {
          const row = logProbabilities.subarray(frame * logits.features, (frame + 1) * logits.features);
          const best = row.reduce((at, value, id) => (value > row[at]! ? id : at), 0);
          classIds.push(best);
          score += row[best]!;
        }
        const text = tokenizer.decode(greedyDecoding(classIds, silent));
        return [{ text, words: wordsOf(text), score, acousticScore: score, languageScore: 0 }];
      },
    };
  }
  for (const [name, resource] of [['lm', languageModel] as const, ['lexicon', lexicon] as const]) {
    if (settings[name] !== null && !resource) {
      throw new WiringError(
        'the decoder',
        `is to use ${name} ${settings[name]}`,
        'that file was not read; hand over what readDecodingResources gives, beside the tokenizer',
      );
    }
  }
  const unit = languageModel && unitOf(languageModel, spelling, lexicon, settings);
  const wordScore = settings.wordScore ?? (languageModel ? 1.5 : 0);
  const grammar = wordGrammar({ ...settings, wordScore, spelling, languageModel, lexicon, unit: unit ?? 'word' });
  const hypothesisOf = ({ tokens, entries, score, acoustic, language }: FoundText): TextHypothesis => {
    const text = tokenizer.decode(tokens);
    const words = lexicon ? entries.map((entry) => lexicon[entry]!.word) : wordsOf(text);
    return { text, words, score, acousticScore: acoustic, languageScore: language };
  };
  return {
    decode: (logits) => beamSearch(logSoftmax(logits), logits.features, grammar, settings).slice(0, settings.nbest).map(hypothesisOf),
  };
}

/** Natural logarithms of the class probabilities, in float64. */
function logSoftmax({ values, frames, features }: Sequence): Float64Array {
  const result = new Float64Array(frames * features);
  for (let offset = 0; offset < result.length; offset += features) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let id = 0; id < features; id++) largest = Math.max(largest, values[offset + id]!);
    let sum = 0;
    for (let id = 0; id < features; id++) sum += Math.exp(values[offset + id]! - largest);
    const norm = largest + Math.log(sum);
    for (let id = 0; id < features; id++) result[offset + id] = values[offset + id]! - norm;
  }
  return result;
}

const spaces = ['|', '<space>', '<SPACE>', '\u2581'];
const special = ['<s>', '</s>', '<unk>', '<UNK>'];

/** Whether a language model is one of words or of tokens, if it fits at all. */
function unitOf(
  languageModel: NgramModel,
  spelling: WordSpelling,
  lexicon: readonly SpeltWord[] | undefined,
  { lm, lmUnit }: DecoderSettings,
): 'word' | { readonly idOfToken: (token: number) => number } {
  const known = new Set(languageModel.words);
  const space = spaces.find((name) => known.has(name));
  const names = spelling.tokens.map((token, id) => (id === spelling.separator ? (space ?? token) : id < 3 ? '<unk>' : token));
  const words = languageModel.words.filter((word) => !special.includes(word));
  const tokens = new Set(names.slice(3));
  const shared = words.filter((word) => tokens.has(word));
  const isOfTokens = lmUnit === 'auto' ? spelling.ends !== 'token' && 2 * shared.length > words.length : lmUnit === 'token';
  const refusal = (expected: string) =>
    new InputError(
      lm ?? 'the language model',
      `a model of words such as ${shown(words.slice(0, 5))}`,
      expected,
      'Check that it is in the same case as the transcriptions, and that lmUnit says what its words are.',
    );
  if (isOfTokens) {
    if (shared.length === 0) throw refusal(`tokens of the tokenizer, ${shown(spelling.tokens.slice(3))}`);
    return { idOfToken: (token) => languageModel.idOf(names[token]!) };
  }
  if (lexicon) {
    if (!lexicon.some(({ word }) => known.has(word))) {
      throw refusal(`words of the lexicon, such as ${shown(lexicon.slice(0, 5).map(({ word }) => word))}`);
    }
    return 'word';
  }
  const spelt = words.map((word) => spelling.spell(word)).filter((tokenIds) => tokenIds !== undefined);
  if (!spelt.some((tokenIds) => tokenIds.length > 1 || spelling.ends === 'token')) {
    throw refusal(`words spelt with the tokens of the tokenizer, ${shown(spelling.tokens.slice(3))}`);
  }
  return 'word';
}
