import { InputError } from '@s3/interface';

/**
 * Weight of each class that lets all classes count alike: utterances / (classes * utterances of the class).
 *
 * A class without utterances weighs as much as one with a single one, since validation may have it.
 *
 * @param counts training utterances of each class, in the order of class ids
 * @throws InputError when there are no utterances at all
 */
export function balancedWeights(counts: readonly number[]): number[] {
  const utterances = counts.reduce((sum, count) => sum + count, 0);
  if (!(utterances > 0)) {
    throw new InputError('class counts', 'no training utterances', 'at least one', 'Count the labels of the training table.');
  }
  return counts.map((count) => utterances / (counts.length * Math.max(count, 1)));
}
