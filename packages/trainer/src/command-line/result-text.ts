import type { Log } from '@s3/interface';
import { formatDuration } from '../formatting/format-duration.ts';
import { formatMetric, metricLabel } from '../formatting/format-metric.ts';
import { formatTable } from '../formatting/format-table.ts';
import { resultRows } from '../report/results-table.ts';

/** What of a run's result is told in the terminal. */
export interface ResultToTell {
  readonly tests?: { readonly [testSet: string]: Log } | undefined;
  readonly chance?: Log | undefined;
  readonly steps?: number;
  readonly seconds?: number;
}

/** The metrics of a run's tests as a table, one column for each test set and one for what guessing would score. */
export function resultText({ tests = {}, chance, steps, seconds }: ResultToTell, color: boolean): string {
  const testSets = Object.keys(tests);
  if (testSets.length === 0) return 'Nothing was tested.\n';
  const metrics = resultRows([...new Set(testSets.flatMap((testSet) => Object.keys(tests[testSet]!)))]);
  const said = (metric: string, value: number | undefined) => (value === undefined ? '' : formatMetric(metric, value));
  const rows = metrics.map(({ metric, notes }) => {
    const prior = notes.includes('Prior') ? ` (prior ${tests[testSets[0]!]![`${metric}Prior`]})` : '';
    const cells = testSets.map((testSet) => said(metric, tests[testSet]![metric]));
    return [`${metricLabel(metric)}${prior}`, ...cells, ...(chance ? [said(metric, chance[metric])] : [])];
  });
  const columns = ['', ...testSets, ...(chance ? ['chance'] : [])].map((title, index) =>
    index === 0 ? title : { title, align: 'right' as const },
  );
  const effort = steps === undefined || seconds === undefined ? '' : `${steps} steps and tests in ${formatDuration(seconds)}\n`;
  return `${formatTable(columns, rows, { color })}\n${effort}`;
}
