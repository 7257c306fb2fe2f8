import type { Figure } from '@s3/interface';
import { isFraction, metricLabel } from '../formatting/format-metric.ts';
import type { LogEntry } from '../observers/observer.ts';
import type { CheckpointResult } from './run-files.ts';

type Lines = Extract<Figure, { readonly kind: 'lines' }>;

/** what people look at first */
const order = ['loss', 'accuracy', 'learningRate', 'gradientNorm'];

/** One chart for each metric logged while training, its splits side by side. */
export function trainingFigures(log: readonly LogEntry[]): readonly Lines[] {
  // what was judged without any training is one number, not a course
  const entries = log.filter(({ split, step }) => split !== 'test' && step > 0);
  const metrics = [...new Set(entries.flatMap((entry) => Object.keys(entry.log)))];
  const rank = (metric: string) => (order.includes(metric) ? order.indexOf(metric) : order.length);
  metrics.sort((first, second) => rank(first) - rank(second) || first.localeCompare(second, 'en'));
  return metrics.map((metric) => {
    const series = (['train', 'valid'] as const).flatMap((split) => {
      const points = course(entries, split, metric);
      return points.length === 0 ? [] : [seriesOf(split === 'train' ? 'training' : 'validation', metric, points)];
    });
    return lines(capitalized(metricLabel(metric)), metric, series);
  });
}

/** How a metric goes on the validation sets of several runs; undefined where none was judged twice. */
export function validationFigure(logs: readonly (readonly [name: string, log: readonly LogEntry[]])[], metric: string): Lines | undefined {
  const series = logs.map(([name, log]) => seriesOf(name, metric, course(log, 'valid', metric)));
  if (!series.some(({ x }) => x.length > 1)) return undefined;
  return lines(
    `${capitalized(metricLabel(metric))} on the validation set`,
    metric,
    series.filter(({ x }) => x.length > 0),
  );
}

/** Step and value; a step logged twice (by a run that was resumed) counts as it was logged last. */
function course(log: readonly LogEntry[], split: LogEntry['split'], metric: string): readonly (readonly [number, number])[] {
  const judged = log.filter((entry) => entry.split === split && metric in entry.log);
  return [...new Map(judged.map(({ step, log: values }) => [step, values[metric]!]))];
}

/** How a metric goes from checkpoint to checkpoint on each test set; undefined for fewer than two checkpoints. */
export function checkpointFigure(results: readonly CheckpointResult[], metric: string): Lines | undefined {
  const judged = results.filter(({ log }) => metric in log);
  if (new Set(judged.map(({ step }) => step)).size < 2) return undefined;
  const series = [...new Set(judged.map(({ testSet }) => testSet))].map((testSet) =>
    seriesOf(
      testSet,
      metric,
      judged.filter((result) => result.testSet === testSet).map(({ step, log }) => [step, log[metric]!]),
    ),
  );
  return lines(`${capitalized(metricLabel(metric))} by checkpoint`, metric, series);
}

/** What the featurizer makes of the upstream's layers. */
export function layerFigure(layers: { readonly names: readonly string[]; readonly weights: readonly number[] }): Figure {
  const bars = layers.weights.map((value, index) => ({ name: layers.names[index] ?? String(index), value }));
  return { kind: 'bars', title: 'Weight of each layer', y: { label: 'weight of each layer' }, bars };
}

function lines(title: string, metric: string, series: Lines['series']): Lines {
  const unit = isFraction(metric) ? ', %' : '';
  return { kind: 'lines', title: `${title}${unit}`, x: { label: 'step' }, y: { label: `${title}${unit}` }, series };
}

function seriesOf(name: string, metric: string, points: readonly (readonly [number, number])[]): Lines['series'][number] {
  const factor = isFraction(metric) ? 100 : 1;
  const sorted = [...points].sort((first, second) => first[0] - second[0]);
  return { name, x: sorted.map(([step]) => step), y: sorted.map(([, value]) => value * factor) };
}

function capitalized(label: string): string {
  return label.startsWith('minDCF') ? label : label.charAt(0).toUpperCase() + label.slice(1);
}
