import { InputError } from '@s3/interface';
import { z } from 'zod';

/** What the tokens of a text are: characters, or what stands between spaces. */
export type TokenType = 'character' | 'word' | 'phoneme';

/** Letters, apostrophe and space: the vocabulary of LibriSpeech. */
export const characterVocabulary: readonly string[] = Array.from(" 'ABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** Phones of the CMU dictionary with their stress, silence and spoken noise. */
export const phonemeVocabulary: readonly string[] = (
  'SIL SPN AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH ' +
  'IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW0 UW1 UW2 V W Y Z ZH'
).split(' ');

/** How large a vocabulary gets. */
export const vocabularySettings = z.strictObject({
  size: z.int().positive().nullable().default(null).describe('most tokens, the most frequent ones; null: by coverage'),
  coverage: z.number().gt(0).max(1).default(1).describe('share of the different tokens to keep, the most frequent ones, 0..1'),
});

/**
 * The tokens of some texts, sorted by code point; the special tokens are not among them.
 *
 * Of equally frequent tokens the one that was seen first is kept.
 *
 * @throws InputError when the texts hold no token
 */
export function generateVocabulary(type: TokenType, texts: Iterable<string>, settings: z.input<typeof vocabularySettings> = {}): string[] {
  const { size, coverage } = vocabularySettings.parse(settings);
  const counts = new Map<string, number>();
  for (const text of texts) {
    const stripped = stripText(text);
    // words as Python splits them: any white space, no empty ones
    for (const token of type === 'character' ? stripped : stripped.split(/\s+/).filter(Boolean))
      counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const kept = size === null ? Math.floor(counts.size * coverage) : Math.min(size, counts.size);
  if (kept === 0)
    throw new InputError(
      'vocabulary',
      'no tokens',
      'at least one',
      'Check that the training transcriptions are not empty, and the coverage.',
    );
  const byCount = [...counts].sort(([, one], [, other]) => other - one);
  return byCount
    .slice(0, kept)
    .map(([token]) => token)
    .sort(byCodePoint);
}

/** A text without the spaces and line ends around it. */
export function stripText(text: string): string {
  return text.replace(/^[\r\n ]+|[\r\n ]+$/g, '');
}

/** Python's order of strings; that of JavaScript differs beyond the basic plane. */
function byCodePoint(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = left[index]!.codePointAt(0)! - right[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
