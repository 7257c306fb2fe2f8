import { logisticRegression } from './logistic-regression.ts';
import type { QualityMeasures } from './quality-measures.ts';
import type { Trial } from './score-trials.ts';

/** Log odds that a trial is of one speaker, linear in its score and in the measures of both utterances. */
export interface Calibration {
  readonly bias: number;
  readonly score: number;
  /** weight of each quality measure of the enrolled utterance */
  readonly enroll: readonly number[];
  /** weight of each quality measure of the tested utterance */
  readonly test: readonly number[];
  /** names of the measures */
  readonly measures: readonly string[];
}

/**
 * Learns a calibration from scored trials of other speakers (QMF): logistic regression on score and quality measures, as ESPnet has it.
 *
 * @param options.strength how much the trials count against the penalty on weights; scikit-learn's `C`
 * @throws InputError when trials of one kind are missing or a measure is not finite
 */
export function learnCalibration(
  trials: readonly Trial[],
  scores: ArrayLike<number>,
  quality: QualityMeasures,
  options: { readonly strength?: number } = {},
): Calibration {
  const measures = quality.names.length;
  const features = new Float32Array(trials.length * (1 + 2 * measures));
  trials.forEach(({ enroll, test }, trial) => {
    const row = trial * (1 + 2 * measures);
    features[row] = scores[trial]!;
    features.set(quality.values.get(enroll)!, row + 1);
    features.set(quality.values.get(test)!, row + 1 + measures);
  });
  const { weights, bias } = logisticRegression(
    features,
    trials.map(({ sameSpeaker }) => sameSpeaker),
    options,
  );
  const [score, ...rest] = weights;
  return { bias, score: score!, enroll: rest.slice(0, measures), test: rest.slice(measures), measures: quality.names };
}

/**
 * Log odds of trials; those above 0 are likelier of one speaker, if that is as frequent as in the trials learnt from.
 *
 * ESPnet writes probabilities, which round to 1 for all good trials; log odds have the same order and keep it.
 */
export function calibrate(
  trials: readonly Pick<Trial, 'enroll' | 'test'>[],
  scores: ArrayLike<number>,
  quality: QualityMeasures,
  calibration: Calibration,
): Float32Array {
  const part = (weights: readonly number[]) => {
    const known = new Map<string, number>();
    for (const [id, row] of quality.values)
      known.set(
        id,
        row.reduce((sum, value, measure) => sum + value * weights[measure]!, 0),
      );
    return known;
  };
  const [enrolled, tested] = [part(calibration.enroll), part(calibration.test)];
  return Float32Array.from(
    trials,
    ({ enroll, test }, trial) => calibration.bias + calibration.score * scores[trial]! + enrolled.get(enroll)! + tested.get(test)!,
  );
}
