import type { Log } from '@s3/interface';
import { formatMetric, metricLabel } from '../formatting/format-metric.ts';
import { escapeHtml } from './escape-html.ts';
import type { RunMetrics } from './run-files.ts';

/** what guessing gives, where that follows from the metric alone */
const knownChance: Log = { eer: 0.5 };

/** Metrics of a test set as rows: what only explains another metric (`eerThreshold`, `minDcfPrior`) comes with it. */
export interface ResultRow {
  readonly metric: string;
  /** metrics that explain this one, by what their names add: `Threshold`, `Prior` */
  readonly notes: readonly string[];
}

/** Groups metric names: one that is another's name and more belongs to it. */
export function resultRows(metrics: readonly string[]): readonly ResultRow[] {
  const ownerOf = (name: string) =>
    metrics
      .filter((other) => other !== name && name.startsWith(other) && /^[A-Z][a-z]/.test(name.slice(other.length)))
      .sort((a, b) => b.length - a.length)[0];
  return metrics
    .filter((metric) => ownerOf(metric) === undefined)
    .map((metric) => ({
      metric,
      notes: metrics.filter((name) => name !== metric && rootOf(name, ownerOf) === metric).map((name) => name.slice(metric.length)),
    }));
}

function rootOf(name: string, ownerOf: (name: string) => string | undefined): string {
  const owner = ownerOf(name);
  return owner === undefined ? name : rootOf(owner, ownerOf);
}

/** The metrics of the checkpoints that count, one column for each test set, as HTML; undefined without tests. */
export function resultsTable({ tests = {}, checkpoints = {}, chance, metric: mainMetric }: RunMetrics): string | undefined {
  const testSets = Object.keys(tests);
  const rows = resultRows([...new Set(testSets.flatMap((testSet) => Object.keys(tests[testSet]!)))]);
  if (rows.length === 0) return undefined;
  const main = mainMetricOf({ tests, metric: mainMetric });
  const head = ['', ...testSets].map((name, index) => `<th scope="col"${index > 0 ? ' class="number"' : ''}>${escapeHtml(name)}</th>`);
  const body = rows.map(({ metric, notes }) => {
    const guess = chance?.[metric] ?? knownChance[metric];
    const aside =
      guess === undefined ? '' : `<small>chance level ${escapeHtml(formatMetric(metric, guess).replace(/\.0+(?=$| )/, ''))}</small>`;
    const cells = testSets.map((testSet) => `<td class="number">${resultCell(tests[testSet]!, metric, notes)}</td>`);
    return `<tr${metric === main ? ' class="main"' : ''}><th scope="row">${escapeHtml(metricLabel(metric))}${aside}</th>${cells.join('')}</tr>`;
  });
  if (testSets.some((testSet) => checkpoints[testSet] !== undefined)) {
    const cells = testSets.map((testSet) => `<td class="number">${escapeHtml(checkpoints[testSet] ?? '')}</td>`);
    body.push(`<tr><th scope="row">checkpoint</th>${cells.join('')}</tr>`);
  }
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** The metric that the run is judged by: the one it names, else the first of its first test set. */
export function mainMetricOf({ tests = {}, metric }: RunMetrics): string | undefined {
  return metric ?? Object.keys(Object.values(tests)[0] ?? {})[0];
}

function resultCell(log: Log, metric: string, notes: readonly string[]): string {
  const value = log[metric];
  if (value === undefined) return '';
  const said = notes.flatMap((note) => {
    const explained = log[`${metric}${note}`];
    return explained === undefined ? [] : [`${metricLabel(note.charAt(0).toLowerCase() + note.slice(1))} ${noteValue(explained)}`];
  });
  const small = said.length > 0 ? `<small>${escapeHtml(said.join(', '))}</small>` : '';
  return `${escapeHtml(formatMetric(metric, value))}${small}`;
}

function noteValue(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : formatMetric('', value);
}
