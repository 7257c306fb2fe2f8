import type { Log } from '@s3/interface';
import { formatMetric, metricLabel } from '../format-metric.ts';
import { formatTable } from '../format-table.ts';

/** The metrics of a run's tests as a table, one column for each test set. */
export function resultText(tests: { readonly [testSet: string]: Log }, color: boolean): string {
  const testSets = Object.keys(tests);
  if (testSets.length === 0) return 'Nothing was tested.\n';
  const metrics = [...new Set(testSets.flatMap((testSet) => Object.keys(tests[testSet]!)))];
  const rows = metrics.map((metric) => {
    const cells = testSets.map((testSet) => tests[testSet]![metric]);
    return [metricLabel(metric), ...cells.map((value) => (value === undefined ? '' : formatMetric(metric, value)))];
  });
  const columns = ['metric', ...testSets.map((title) => ({ title, align: 'right' as const }))];
  return `${formatTable(columns, rows, { color })}\n`;
}
