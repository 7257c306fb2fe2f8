import type { Figure } from '@s3/interface';
import type { DetectionCurve } from './detection-curve.ts';

const mostPoints = 500;
const mostValues = 10_000;

const labels: { readonly [scores: string]: string } = {
  euclidean: 'minus the distance',
  asNorm: 'deviations above the cohort',
  calibrated: 'log odds',
};

/** Where scores of one speaker and of two lie, with the threshold of the equal error rate. */
export function scoreHistogram({ targets, nontargets }: DetectionCurve, eerThreshold: number, scores: string): Figure {
  return {
    kind: 'histogram',
    title: 'Scores of the trials',
    x: { label: labels[scores] ?? scores },
    series: [
      { name: 'one speaker', values: thinned(targets) },
      { name: 'two speakers', values: thinned(nontargets) },
    ],
    marks: [{ name: 'equal error rate', at: eerThreshold }],
  };
}

/**
 * Misses against false alarms over all thresholds (DET), a line for each curve.
 *
 * Martin et al., "The DET Curve in Assessment of Detection Task Performance", 1997.
 */
export function detCurves(curves: readonly { readonly name: string; readonly curve: DetectionCurve }[]): Figure {
  return {
    kind: 'lines',
    title: 'Detection error tradeoff',
    x: { label: 'false alarm rate', scale: 'probit' },
    y: { label: 'miss rate', scale: 'probit' },
    series: curves.map(({ name, curve }) => ({ name, ...line(curve) })),
  };
}

function line({ falseAlarmRates, hitRates, targets, nontargets }: DetectionCurve): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  // rates of 0 and 1 lie infinitely far out: half an error stands for none
  const bounded = (rate: number, count: number) => Math.min(Math.max(rate, 0.5 / count), 1 - 0.5 / count);
  const logit = (rate: number) => Math.log(rate / (1 - rate));
  const place = (point: number) => {
    const falseAlarm = bounded(falseAlarmRates[point]!, nontargets.length);
    const miss = bounded(1 - hitRates[point]!, targets.length);
    return { falseAlarm, miss, along: logit(falseAlarm) - logit(miss) };
  };
  const last = falseAlarmRates.length - 1;
  const [start, end] = [place(0).along, place(last).along];
  let next = start;
  for (let point = 0; point <= last; point++) {
    const { falseAlarm, miss, along } = place(point);
    if (along < next && point < last) continue;
    x.push(falseAlarm);
    y.push(miss);
    // evenly along the drawn curve, not along the list, whose points crowd in the middle
    next = along + (end - start) / (mostPoints - 2);
  }
  return { x, y };
}

/** Evenly spaced quantiles in place of very many values: a histogram looks the same. */
function thinned(sorted: Float64Array): number[] {
  if (sorted.length <= mostValues) return [...sorted];
  return Array.from({ length: mostValues }, (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / mostValues)]!);
}
