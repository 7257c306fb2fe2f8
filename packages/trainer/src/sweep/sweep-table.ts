import { formatDuration } from '../formatting/format-duration.ts';
import { formatMetric, formatNumber, metricLabel } from '../formatting/format-metric.ts';
import type { SweepResult } from './run-sweep.ts';

/** The runs of a sweep as a table: the settings of each, and how good it is on the validation set. */
export interface SweepTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** the row of the best run, from 0; -1 before all are there */
  readonly best: number;
}

export function sweepTable({ runs, metric, order, best }: SweepResult): SweepTable {
  const settings = Object.keys(runs[0]?.settings ?? {});
  const judged = metric === undefined ? 'validation' : `${metricLabel(metric)}, validation ${order === 'min' ? '↓' : '↑'}`;
  return {
    titles: [...settings, judged, 'step', 'time', ''],
    rows: runs.map(({ name, value, step, seconds, failed, settings: own }) => [
      ...settings.map((setting) => own[setting]!),
      value === undefined || metric === undefined ? '' : formatMetric(metric, value ?? Number.NaN),
      step === undefined ? '' : formatNumber(step),
      seconds === undefined ? '' : formatDuration(seconds),
      name === best ? 'the best' : failed !== undefined ? `failed: ${failed}` : value === undefined ? 'not trained yet' : '',
    ]),
    best: runs.findIndex(({ name }) => name === best),
  };
}
