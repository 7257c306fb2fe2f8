import type { Figure } from '@s3/interface';
import { type QueryTrials, type TermCurve, type TermWeightedValue, targetsOf, valueAt } from './term-weighted-value.ts';

const mostPoints = 500;
const mostValues = 10_000;
const mostRows = 200;

/** What a search at the best threshold finds, seen from several sides. */
export function searchFigures(queries: readonly QueryTrials[], curve: TermCurve, best: TermWeightedValue): readonly Figure[] {
  return [detCurve(curve, queries), valueByThreshold(curve, best), scoreHistogram(queries, best), queryTable(queries, curve.beta, best)];
}

/** The term weighted value of each layer, by which one is chosen. */
export function layerFigure(layers: readonly { readonly layer: number; readonly mtwv: number }[]): Figure {
  const bars = layers.map(({ layer, mtwv }) => ({ name: String(layer), value: mtwv }));
  return { kind: 'bars', title: 'Term weighted value of each layer', y: { label: 'MTWV' }, bars };
}

/** Misses against false alarms over all thresholds, each the mean over the queries. */
function detCurve(curve: TermCurve, queries: readonly QueryTrials[]): Figure {
  const trials = queries.reduce((sum, { scores }) => sum + scores.length, 0);
  // rates of 0 and 1 lie infinitely far out: half a trial stands for none
  const bounded = (rate: number) => Math.min(Math.max(rate, 0.5 / trials), 1 - 0.5 / trials);
  const points = thinned(curve.thresholds.length, mostPoints);
  return {
    kind: 'lines',
    title: 'Detection error tradeoff',
    x: { label: 'false alarm rate', scale: 'probit' },
    y: { label: 'miss rate', scale: 'probit' },
    series: [
      {
        name: 'all queries',
        x: points.map((point) => bounded(curve.falseAlarmRates[point]!)),
        y: points.map((point) => bounded(curve.missRates[point]!)),
      },
    ],
  };
}

function valueByThreshold(curve: TermCurve, best: TermWeightedValue): Figure {
  // far below 0 lies most of the curve, and nothing that could be read
  const all = Array.from(curve.thresholds, (_, point) => point).filter(
    (point) => Number.isFinite(curve.thresholds[point]) && valueAt(curve, point) >= -1,
  );
  const points = thinned(all.length, mostPoints).map((index) => all[index]!);
  return {
    kind: 'lines',
    title: `Term weighted value by threshold, ${best.value.toFixed(4)} at most`,
    x: { label: 'score from which on a document counts as found' },
    y: { label: 'term weighted value' },
    series: [{ name: 'all queries', x: points.map((point) => curve.thresholds[point]!), y: points.map((point) => valueAt(curve, point)) }],
  };
}

function scoreHistogram(queries: readonly QueryTrials[], { threshold }: TermWeightedValue): Figure {
  const scoresOf = (wanted: boolean) => {
    const scores = queries.flatMap((query) => Array.from(query.scores).filter((_, document) => query.isTarget[document] === wanted));
    scores.sort((one, other) => one - other);
    return thinned(scores.length, mostValues).map((index) => scores[index]!);
  };
  return {
    kind: 'histogram',
    title: 'Scores of queries in documents',
    x: { label: "deviations above the query's mean" },
    series: [
      { name: 'has the query', values: scoresOf(true) },
      { name: 'does not', values: scoresOf(false) },
    ],
    ...(Number.isFinite(threshold) && { marks: [{ name: 'best threshold', at: threshold }] }),
  };
}

/** The worst first. */
function queryTable(queries: readonly QueryTrials[], beta: number, { threshold }: TermWeightedValue): Figure {
  const judged = queries.filter((query) => query.scores.length > 0 && targetsOf(query) > 0);
  const rows = judged.map((query) => {
    const [targets, searched] = [targetsOf(query), query.scores.length];
    let [hits, falseAlarms] = [0, 0];
    query.scores.forEach((score, document) => {
      if (score < threshold) return;
      if (query.isTarget[document]) hits++;
      else falseAlarms++;
    });
    const nontargets = searched + query.unsearchedTargets + query.unsearchedNontargets - targets;
    const value = hits / targets - (nontargets === 0 ? 0 : (beta * falseAlarms) / nontargets);
    return { value, cells: [query.query, `${hits} of ${targets}`, String(falseAlarms), value.toFixed(3)] };
  });
  rows.sort((one, other) => one.value - other.value);
  return {
    kind: 'table',
    title: rows.length > mostRows ? `Queries, the ${mostRows} hardest of ${rows.length} first` : 'Queries, the hardest first',
    columns: ['query', 'documents found', 'false alarms', 'term weighted value'],
    rows: rows.slice(0, mostRows).map(({ cells }) => cells),
  };
}

/** Evenly spaced places, the first and the last among them. */
function thinned(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (length - 1)) / (most - 1)));
}
