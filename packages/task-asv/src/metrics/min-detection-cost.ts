import { InputError } from '@s3/interface';
import { type DetectionCurve, detectionCurve } from './detection-curve.ts';

/** What errors cost, and how often a trial is of one speaker where the verifier is used. */
export interface DetectionCosts {
  /** probability that a trial is of one speaker, between 0 and 1 */
  readonly targetPrior: number;
  /** 1 unless said */
  readonly missCost?: number;
  /** 1 unless said */
  readonly falseAlarmCost?: number;
}

/** The least cost that a threshold reaches. */
export interface MinDetectionCost {
  /** cost at the best threshold; 1 is the cost of the better of accepting all and accepting none */
  readonly minDcf: number;
  /** the same before it is divided by the cost of the better of accepting all and accepting none; speechbrain's `minDCF` */
  readonly cost: number;
  /** score from which on a trial is accepted; always finite */
  readonly threshold: number;
}

/**
 * Normalised detection cost at the best threshold (minDCF).
 *
 * Where accepting no trial costs least, S3PRL's threshold is infinite; ours lies just
 * above the highest score. Of equally good thresholds the strictest counts.
 *
 * NIST, "2016 Speaker Recognition Evaluation Plan", 2016.
 *
 * @param labels 1 or true where both utterances are of one speaker
 * @throws InputError when trials of one kind are missing, a score is not finite, or a cost is out of range
 */
export function minDetectionCost(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>, costs: DetectionCosts): MinDetectionCost {
  return minDetectionCostOf(detectionCurve(scores, labels), costs);
}

export function minDetectionCostOf(
  { thresholds, falseAlarmRates, hitRates }: DetectionCurve,
  { targetPrior, missCost = 1, falseAlarmCost = 1 }: DetectionCosts,
): MinDetectionCost {
  if (!(targetPrior > 0 && targetPrior < 1 && missCost > 0 && falseAlarmCost > 0)) {
    throw new InputError(
      'detection costs',
      `targetPrior ${targetPrior}, missCost ${missCost}, falseAlarmCost ${falseAlarmCost}`,
      'a prior between 0 and 1 and positive costs',
      'Mend the setting that is out of range.',
    );
  }
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  for (let point = 0; point < thresholds.length; point++) {
    const cost = missCost * (1 - hitRates[point]!) * targetPrior + falseAlarmCost * falseAlarmRates[point]! * (1 - targetPrior);
    if (cost < least) [least, best] = [cost, point];
  }
  const minDcf = least / Math.min(missCost * targetPrior, falseAlarmCost * (1 - targetPrior));
  return { minDcf, cost: least, threshold: best === 0 ? justAbove(thresholds[1]!) : thresholds[best]! };
}

/** The next number that single precision can tell apart. */
const justAbove = (score: number) => score + Math.max(Math.abs(score), 2 ** -100) * 2 ** -23;
