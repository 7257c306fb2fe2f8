import { InputError } from '@s3/interface';

/** What a miss and a false alarm cost, and how often a document has a query. */
export interface TermCosts {
  /** probability that a document has the query, 0..1 */
  readonly targetPrior: number;
  readonly missCost: number;
  readonly falseAlarmCost: number;
}

/** The scores of one query in the documents. */
export interface QueryTrials {
  readonly query: string;
  /** of the documents that were searched */
  readonly scores: Float64Array;
  /** whether the query is in each of these */
  readonly isTarget: readonly boolean[];
  /** documents that were not searched, with the query and without it; they are found at no threshold */
  readonly unsearchedTargets: number;
  readonly unsearchedNontargets: number;
}

/** Errors at every threshold, each the mean over the queries, the strictest threshold first; that one finds nothing. */
export interface TermCurve {
  readonly thresholds: Float64Array;
  /** documents with the query that are not found, 0..1 */
  readonly missRates: Float64Array;
  /** documents without the query that are found, 0..1 */
  readonly falseAlarmRates: Float64Array;
  /** false alarms, of all trials, that weigh as much as a miss */
  readonly beta: number;
}

/** The value of a search at one threshold, and what it is made of. */
export interface TermWeightedValue {
  /** 1 is perfect, finding nothing is 0, and false alarms lead below that */
  readonly value: number;
  /** score from which on a document counts as found; `Infinity` for finding nothing */
  readonly threshold: number;
  readonly missRate: number;
  readonly falseAlarmRate: number;
}

/** How much the rate of false alarms weighs against that of misses. */
export function falseAlarmWeight({ targetPrior, missCost, falseAlarmCost }: TermCosts): number {
  return (falseAlarmCost / missCost) * (1 / targetPrior - 1);
}

/**
 * Errors at every threshold, in O(n log n). Every query weighs the same, however many documents have it; queries that no document has are
 * left out.
 *
 * @throws InputError where no document has any of the queries
 */
export function termCurve(queries: readonly QueryTrials[], costs: TermCosts): TermCurve {
  const judged = queries.filter((query) => targetsOf(query) > 0);
  if (judged.length === 0) {
    const found = `${queries.length} queries, none of which is in a document`;
    throw new InputError('queries', found, 'at least one that is', 'Name the documents that have a query in its row.');
  }
  const count = judged.reduce((sum, { scores }) => sum + scores.length, 0);
  const scores = new Float64Array(count);
  // what finding a document takes from the misses, or adds to the false alarms
  const hits = new Float64Array(count);
  const falseAlarms = new Float64Array(count);
  let trial = 0;
  for (const query of judged) {
    const targets = targetsOf(query);
    const nontargets = query.scores.length + query.unsearchedTargets + query.unsearchedNontargets - targets;
    for (let document = 0; document < query.scores.length; document++, trial++) {
      scores[trial] = query.scores[document]!;
      if (query.isTarget[document]) hits[trial] = 1 / targets / judged.length;
      else falseAlarms[trial] = 1 / nontargets / judged.length;
    }
  }
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort((one, other) => scores[other]! - scores[one]!);
  const points = { thresholds: [Number.POSITIVE_INFINITY], missRates: [1], falseAlarmRates: [0] };
  let [miss, falseAlarm] = [1, 0];
  for (const [place, index] of order.entries()) {
    miss -= hits[index]!;
    falseAlarm += falseAlarms[index]!;
    // trials of one score are found together
    if (place + 1 < count && scores[order[place + 1]!] === scores[index]) continue;
    points.thresholds.push(scores[index]!);
    // what is left of sums that come to nothing
    points.missRates.push(miss < 1e-12 ? 0 : miss);
    points.falseAlarmRates.push(Math.min(1, falseAlarm));
  }
  return {
    thresholds: Float64Array.from(points.thresholds),
    missRates: Float64Array.from(points.missRates),
    falseAlarmRates: Float64Array.from(points.falseAlarmRates),
    beta: falseAlarmWeight(costs),
  };
}

/**
 * Term weighted value at the best threshold (MTWV). Of equally good thresholds the strictest counts.
 *
 * Fiscus et al., "Results of the 2006 Spoken Term Detection Evaluation", 2007; with whole documents as trials, as MediaEval's QUESST
 * 2014 has them: Anguera et al., "QUESST2014: Evaluating Query-by-Example Speech Search in a Zero-Resource Setting with Real-Life Queries", 2015.
 */
export function maximumTermWeightedValue(curve: TermCurve): TermWeightedValue {
  let best = 0;
  for (let point = 1; point < curve.thresholds.length; point++) if (valueAt(curve, point) > valueAt(curve, best)) best = point;
  return termWeightedValue(curve, best);
}

/** Term weighted value where documents of more than this score are found (ATWV). */
export function actualTermWeightedValue(curve: TermCurve, threshold: number): TermWeightedValue {
  let point = 0;
  while (point + 1 < curve.thresholds.length && curve.thresholds[point + 1]! > threshold) point++;
  return termWeightedValue(curve, point);
}

function termWeightedValue(curve: TermCurve, point: number): TermWeightedValue {
  const [threshold, missRate, falseAlarmRate] = [curve.thresholds[point]!, curve.missRates[point]!, curve.falseAlarmRates[point]!];
  return { value: valueAt(curve, point), threshold, missRate, falseAlarmRate };
}

/** At a point of the curve. */
export function valueAt({ missRates, falseAlarmRates, beta }: TermCurve, point: number): number {
  return 1 - missRates[point]! - beta * falseAlarmRates[point]!;
}

export function targetsOf({ isTarget, unsearchedTargets }: QueryTrials): number {
  return isTarget.reduce((sum, target) => sum + Number(target), unsearchedTargets);
}
