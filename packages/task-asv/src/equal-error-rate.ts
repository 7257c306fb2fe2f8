import { type DetectionCurve, detectionCurve } from './detection-curve.ts';

export interface EqualErrorRate {
  /** 0..1 */
  readonly eer: number;
  /** score from which on a trial is accepted; always finite */
  readonly threshold: number;
}

/**
 * The rate at which misses and false alarms are equally frequent.
 *
 * Between two thresholds both rates are interpolated on a line, and so is the threshold
 * (as S3PRL does it). Where the line is crossed at one false alarm rate, the threshold
 * is that of the end where the two rates are closer. S3PRL's threshold is infinite
 * where the crossing comes before the highest score; ours is the highest score then.
 *
 * @param labels 1 or true where both utterances are of one speaker
 * @throws InputError when trials of one kind are missing or a score is not finite
 */
export function equalErrorRate(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): EqualErrorRate {
  return equalErrorRateOf(detectionCurve(scores, labels));
}

export function equalErrorRateOf({ thresholds, falseAlarmRates, hitRates }: DetectionCurve): EqualErrorRate {
  // misses less false alarms: 1 at the first point, -1 at the last, never rising
  const lead = (point: number) => 1 - hitRates[point]! - falseAlarmRates[point]!;
  let after = 1;
  while (lead(after) > 0) after++;
  const before = after - 1;
  const share = lead(before) / (lead(before) - lead(after));
  const [strict, lenient] = [thresholds[before]!, thresholds[after]!];
  const eer = falseAlarmRates[before]! + share * (falseAlarmRates[after]! - falseAlarmRates[before]!);
  if (strict === Number.POSITIVE_INFINITY || share === 1) return { eer, threshold: lenient };
  if (falseAlarmRates[before] === falseAlarmRates[after]) return { eer, threshold: share < 0.5 ? strict : lenient };
  return { eer, threshold: strict + share * (lenient - strict) };
}
