import { InputError } from '@s3/interface';

/**
 * What a verifier does at each threshold, from the strictest to the most lenient.
 *
 * A trial is accepted when its score is at least the threshold. The first point accepts
 * none; its threshold is `Infinity`. Trials of equal score share one point.
 */
export interface DetectionCurve {
  readonly thresholds: Float64Array;
  /** share of the trials of two speakers that are accepted, 0..1, rising */
  readonly falseAlarmRates: Float64Array;
  /** share of the trials of one speaker that are accepted, 0..1, rising */
  readonly hitRates: Float64Array;
  /** scores of the trials of one speaker, rising */
  readonly targets: Float64Array;
  /** scores of the trials of two speakers, rising */
  readonly nontargets: Float64Array;
}

/**
 * The curve of scored trials, in O(n log n).
 *
 * Points between two others of the same step are left out, as scikit-learn's
 * `roc_curve` does: the lines stay, but thresholds interpolated between points depend on it.
 *
 * @param labels 1 or true where both utterances are of one speaker
 * @throws InputError when trials of one kind are missing or a score is not finite
 */
export function detectionCurve(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): DetectionCurve {
  const { targets, nontargets } = sortedByKind(scores, labels);

  // Counts at each distinct score, highest first.
  const distinct: number[] = [];
  const hits: number[] = [];
  const falseAlarms: number[] = [];
  let target = targets.length;
  let nontarget = nontargets.length;
  while (target > 0 || nontarget > 0) {
    const score = Math.max(targets[target - 1] ?? -Infinity, nontargets[nontarget - 1] ?? -Infinity);
    while (target > 0 && targets[target - 1] === score) target--;
    while (nontarget > 0 && nontargets[nontarget - 1] === score) nontarget--;
    distinct.push(score);
    hits.push(targets.length - target);
    falseAlarms.push(nontargets.length - nontarget);
  }

  const bends = (counts: readonly number[], index: number) => counts[index + 1]! - counts[index]! !== counts[index]! - counts[index - 1]!;
  const kept: number[] = [];
  for (let index = 0; index < distinct.length; index++) {
    if (index === 0 || index === distinct.length - 1 || bends(hits, index) || bends(falseAlarms, index)) kept.push(index);
  }
  return {
    thresholds: behind(Number.POSITIVE_INFINITY, kept, (index) => distinct[index]!),
    hitRates: behind(0, kept, (index) => hits[index]! / targets.length),
    falseAlarmRates: behind(0, kept, (index) => falseAlarms[index]! / nontargets.length),
    targets,
    nontargets,
  };
}

function behind(first: number, kept: readonly number[], valueAt: (index: number) => number): Float64Array {
  const values = new Float64Array(kept.length + 1);
  values[0] = first;
  for (const [position, index] of kept.entries()) values[position + 1] = valueAt(index);
  return values;
}

function sortedByKind(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): { targets: Float64Array; nontargets: Float64Array } {
  if (scores.length !== labels.length) {
    throw new InputError(
      'trials',
      `${scores.length} scores and ${labels.length} labels`,
      'one label for each score',
      'Give both in the same order.',
    );
  }
  let targetCount = 0;
  for (let trial = 0; trial < labels.length; trial++) if (labels[trial]) targetCount++;
  if (targetCount === 0 || targetCount === labels.length) {
    throw new InputError(
      'trials',
      labels.length === 0 ? 'none' : `${labels.length} trials, all of ${targetCount === 0 ? 'two speakers' : 'one speaker'}`,
      'trials of one speaker and trials of two',
      'Add trials of the missing kind: an error rate needs both.',
    );
  }
  const targets = new Float64Array(targetCount);
  const nontargets = new Float64Array(labels.length - targetCount);
  let target = 0;
  let nontarget = 0;
  for (let trial = 0; trial < labels.length; trial++) {
    const score = scores[trial]!;
    if (!Number.isFinite(score)) {
      throw new InputError(`trial ${trial}`, `the score ${score}`, 'a finite number', 'Check the embeddings of its two utterances.');
    }
    if (labels[trial]) targets[target++] = score;
    else nontargets[nontarget++] = score;
  }
  return { targets: targets.sort(), nontargets: nontargets.sort() };
}
