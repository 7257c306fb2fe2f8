import { alignTokens, countEdits, type EditCounts, errorRate, sumEdits } from './edit-counts.ts';

/** What texts are cut into before they are compared. */
export type TextUnit = 'word' | 'character';

/**
 * Tokens of a text: characters are code points; words stand between single spaces.
 *
 * As in S3PRL two spaces have an empty word between them, and an empty text is one empty word.
 */
export function tokensOf(text: string, unit: TextUnit): string[] {
  return unit === 'word' ? text.split(' ') : Array.from(text);
}

/** Edits of each utterance: fewest that turn the reference into the hypothesis. */
export function textEdits(hypotheses: readonly string[], references: readonly string[], unit: TextUnit): EditCounts[] {
  return references.map((reference, index) => countEdits(alignTokens(tokensOf(hypotheses[index]!, unit), tokensOf(reference, unit))));
}

/** Word error rate of a corpus: edits of all utterances per word of all references. May exceed 1. */
export function wordErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return errorRate(sumEdits(textEdits(hypotheses, references, 'word')));
}

/** Character error rate of a corpus, spaces included. May exceed 1. */
export function characterErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return errorRate(sumEdits(textEdits(hypotheses, references, 'character')));
}

/** Phone error rate of a corpus: texts are phones with a space between. May exceed 1. */
export function phoneErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  return wordErrorRate(hypotheses, references);
}
