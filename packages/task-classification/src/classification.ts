import type { LabelEncoder } from '@s3/interface';
import { mostProbable } from './rank-of.ts';

/** What an utterance is taken for. */
export interface Classification {
  readonly label: string;
  /** of this label, 0..1 */
  readonly probability: number;
  /** of every label, 0..1; together 1 */
  readonly probabilities: { readonly [label: string]: number };
}

/** @param probabilities of each category, in their order */
export function classificationOf(probabilities: Float32Array, categories: LabelEncoder<string>): Classification {
  const best = mostProbable(probabilities);
  return {
    label: categories.decode(best),
    probability: probabilities[best]!,
    probabilities: Object.fromEntries(categories.labels.map((label, id) => [label, probabilities[id]!])),
  };
}
