import { type DetectionCurve, detectionCurve } from './detection-curve.ts';

/** The rate at which misses and false alarms are equal. */
export interface EqualErrorRate {
  /** 0..1 */
  readonly eer: number;
  /** score from which on a trial is accepted; always finite */
  readonly threshold: number;
}

/**
 * Who is followed where no threshold makes both errors equally frequent: `s3prl` interpolates, ESPnet takes the larger error at
 * the threshold where they are nearest, speechbrain the mean of both. They differ by less than one trial of the rarer kind.
 */
export type EerDefinition = 's3prl' | 'espnet' | 'speechbrain';

/** Whose definition is used. */
export interface EerOptions {
  /** s3prl unless said */
  readonly definition?: EerDefinition;
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
export function equalErrorRate(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>, options: EerOptions = {}): EqualErrorRate {
  return equalErrorRateOf(detectionCurve(scores, labels), options);
}

export function equalErrorRateOf(curve: DetectionCurve, { definition = 's3prl' }: EerOptions = {}): EqualErrorRate {
  if (definition === 'espnet') return largerAtNearest(curve);
  if (definition === 'speechbrain') return meanAtNearest(curve);
  const { thresholds, falseAlarmRates, hitRates } = curve;
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

function largerAtNearest({ thresholds, falseAlarmRates, hitRates }: DetectionCurve): EqualErrorRate {
  let best = 0;
  const gap = (point: number) => Math.abs(1 - hitRates[point]! - falseAlarmRates[point]!);
  for (let point = 1; point < thresholds.length; point++) if (gap(point) < gap(best)) best = point;
  const eer = Math.max(1 - hitRates[best]!, falseAlarmRates[best]!);
  return { eer, threshold: best === 0 ? thresholds[1]! : thresholds[best]! };
}

/** Looks at every score from the lowest up, trials above it accepted; a threshold that accepts all is not looked at. */
function meanAtNearest({ targets, nontargets }: DetectionCurve): EqualErrorRate {
  let [target, nontarget] = [0, 0];
  let best = { gap: Number.POSITIVE_INFINITY, eer: Number.NaN, threshold: Number.NaN };
  while (target < targets.length || nontarget < nontargets.length) {
    const score = Math.min(targets[target] ?? Infinity, nontargets[nontarget] ?? Infinity);
    while (target < targets.length && targets[target]! <= score) target++;
    while (nontarget < nontargets.length && nontargets[nontarget]! <= score) nontarget++;
    const misses = target / targets.length;
    const falseAlarms = 1 - nontarget / nontargets.length;
    const gap = Math.abs(falseAlarms - misses);
    // rounding must not prefer the later of two equal gaps
    if (gap < best.gap - 1e-12) best = { gap, eer: (falseAlarms + misses) / 2, threshold: score };
  }
  return { eer: best.eer, threshold: best.threshold };
}
