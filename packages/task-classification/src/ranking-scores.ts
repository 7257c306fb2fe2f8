import { normalQuantile } from './normal-quantile.ts';

/** How well the probabilities of one label tell the utterances that have it from the others. */
export interface RankingScores {
  /** utterances that have the label */
  readonly utterances: number;
  /** mean precision over the steps of recall, 0..1; NaN where no utterance has the label */
  readonly averagePrecision: number;
  /** share of pairs of one that has the label and one that has not that are in the right order, ties half; NaN where there is no pair */
  readonly rocAuc: number;
  /** distance of the two in deviations of a normal distribution that would give this `rocAuc`; finite, NaN where there is no pair */
  readonly dPrime: number;
}

/**
 * Scores of one label over a split, equal probabilities counting as one step.
 *
 * A label that is told apart without an error has a `dPrime` that is infinite in the original; here half a pair counts as
 * wrong then, so that means over labels stay numbers.
 *
 * @param probabilities of the label, one for each utterance
 * @param positives whether the utterance has it
 */
export function rankingScores(probabilities: ArrayLike<number>, positives: ArrayLike<boolean>): RankingScores {
  const order = Array.from({ length: probabilities.length }, (_, index) => index);
  order.sort((one, other) => probabilities[other]! - probabilities[one]!);
  let [right, wrong, precisions, ordered] = [0, 0, 0, 0];
  for (let index = 0; index < order.length; ) {
    const probability = probabilities[order[index]!]!;
    let [positive, negative] = [0, 0];
    for (; index < order.length && probabilities[order[index]!] === probability; index++) {
      if (positives[order[index]!]) positive++;
      else negative++;
    }
    // those above have a higher probability than these negatives, those beside them the same
    ordered += negative * (right + positive / 2);
    right += positive;
    wrong += negative;
    precisions += positive * (right / (right + wrong));
  }
  const pairs = right * wrong;
  const rocAuc = ordered / pairs;
  return {
    utterances: right,
    averagePrecision: precisions / right,
    rocAuc,
    dPrime: Math.SQRT2 * normalQuantile(Math.min(Math.max(rocAuc, 0.5 / pairs), 1 - 0.5 / pairs)),
  };
}

/** Means over the labels for which there is a value; NaN where there is none. */
export function meanScores(labels: readonly RankingScores[]): {
  readonly meanAveragePrecision: number;
  readonly rocAuc: number;
  readonly dPrime: number;
} {
  const meanOf = (score: 'averagePrecision' | 'rocAuc' | 'dPrime') => {
    const values = labels.map((label) => label[score]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { meanAveragePrecision: meanOf('averagePrecision'), rocAuc: meanOf('rocAuc'), dPrime: meanOf('dPrime') };
}
