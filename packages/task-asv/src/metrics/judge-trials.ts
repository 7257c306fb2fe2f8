import type { Trial } from '../scoring/score-trials.ts';
import { type DetectionCurve, detectionCurve } from './detection-curve.ts';
import { type EerDefinition, equalErrorRateOf } from './equal-error-rate.ts';
import { minDetectionCostOf } from './min-detection-cost.ts';

/** How scored trials are judged. */
export interface JudgeOptions {
  /** probability of a trial of one speaker that minDcf assumes, 0..1 */
  readonly targetPrior: number;
  /** s3prl unless said */
  readonly eerDefinition?: EerDefinition;
}

/** Error rates of scored trials; scores are in the units of the scoring that made them. */
export type TrialsLog = {
  /** equal error rate, 0..1 */
  readonly eer: number;
  readonly eerThreshold: number;
  /** normalised minimum detection cost at `minDcfPrior`, both errors costing 1 */
  readonly minDcf: number;
  readonly minDcfThreshold: number;
  /** probability of a trial of one speaker that minDcf assumes, 0..1 */
  readonly minDcfPrior: number;
  /** mean score of the trials of one speaker */
  readonly targetMean: number;
  /** standard deviation of the same */
  readonly targetDeviation: number;
  /** mean score of the trials of two speakers; ESPnet reports their deviation under this name */
  readonly nontargetMean: number;
  readonly nontargetDeviation: number;
  /** how many */
  readonly trials: number;
};

/**
 * Error rates of scored trials, with the curve that they are read from.
 *
 * @throws InputError when trials of one kind are missing or a score is not finite
 */
export function judgeTrials(
  trials: readonly Pick<Trial, 'sameSpeaker'>[],
  scores: ArrayLike<number>,
  { targetPrior, eerDefinition }: JudgeOptions,
): { readonly log: TrialsLog; readonly curve: DetectionCurve } {
  const curve = detectionCurve(
    scores,
    trials.map(({ sameSpeaker }) => sameSpeaker),
  );
  const { eer, threshold: eerThreshold } = equalErrorRateOf(curve, eerDefinition && { definition: eerDefinition });
  const { minDcf, threshold: minDcfThreshold } = minDetectionCostOf(curve, { targetPrior });
  const [targetMean, targetDeviation] = moments(curve.targets);
  const [nontargetMean, nontargetDeviation] = moments(curve.nontargets);
  return {
    curve,
    log: {
      eer,
      eerThreshold,
      minDcf,
      minDcfThreshold,
      minDcfPrior: targetPrior,
      targetMean,
      targetDeviation,
      nontargetMean,
      nontargetDeviation,
      trials: trials.length,
    },
  };
}

/** Mean and standard deviation, biased, as NumPy's. */
function moments(values: Float64Array): [mean: number, deviation: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}
