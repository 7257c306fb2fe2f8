import { mean } from '@s3/interface/tensors';
import { formatMetric, metricLabel } from '@s3/trainer';
import { deviationOf, type Outcome, wholeRuns } from '../benchmark/outcome.ts';
import { type PageTable, tablesHtml, tablesMarkdown, tablesText } from '../benchmark/table-page.ts';
import type { HearProblem, HearScore } from './hear-problems.ts';

/** Scores of one upstream on tasks of HEAR. */
export interface HearTables {
  readonly terminal: (color: boolean) => string;
  readonly markdown: string;
  readonly html: string;
}

/**
 * A table for each task, a row for each fold and below them mean and deviation; and one of all tasks, by the score that counts first.
 *
 * @param outcomes by name of the problem
 */
export function hearTables(upstream: string, problems: readonly HearProblem[], outcomes: ReadonlyMap<string, Outcome>): HearTables {
  const tables = problems.flatMap((problem) => foldTable(problem, outcomes.get(problem.name)));
  if (problems.length > 1) tables.push(overview(problems, outcomes));
  const notes = [
    '↑ more is better, ↓ less is better. Mean and standard deviation (n - 1) are over the folds.',
    ...problems.map((problem) => noteOf(problem, outcomes.get(problem.name))),
  ];
  const title = `HEAR: ${upstream}`;
  return {
    terminal: (color) => tablesText(tables, notes, color),
    markdown: `# ${title}\n\n${tablesMarkdown(tables, notes)}`,
    html: tablesHtml(title, tables, notes),
  };
}

function foldTable({ name, scores }: HearProblem, outcome: Outcome | undefined): PageTable[] {
  if (!outcome || !('runs' in outcome) || outcome.runs.length === 0) return [];
  const rowOf = (title: string, values: readonly number[]) => [
    title,
    ...scores.map(({ metric }, index) => formatMetric(metric, values[index]!)),
  ];
  const rows = outcome.runs.map((run) => rowOf(run.testSet, run.scores));
  const runs = wholeRuns(outcome) ?? [];
  const isMean = runs.length > 1;
  if (isMean) {
    const over = (what: (values: readonly number[]) => number) => scores.map((_, index) => what(runs.map((run) => run.scores[index]!)));
    rows.push(rowOf('mean', over(mean)), rowOf('deviation', over(deviationOf)));
  }
  const titles = ['tested on', ...scores.map((score) => `${score.score} ${arrow(score)}`)];
  return [{ heading: name, titles, rows, ...(isMean && { strong: rows.length - 2 }) }];
}

function overview(problems: readonly HearProblem[], outcomes: ReadonlyMap<string, Outcome>): PageTable {
  const rows = problems.map(({ name, scores }) => {
    const first = scores[0]!;
    const outcome = outcomes.get(name);
    const runs = wholeRuns(outcome);
    const values = runs?.map((run) => run.scores[0]!) ?? [];
    const middle = values.length > 0 ? formatMetric(first.metric, mean(values)) : outcome && 'failed' in outcome ? 'failed' : '';
    const deviation = values.length > 1 ? formatMetric(first.metric, deviationOf(values)) : '';
    return [name, middle, deviation, runs ? String(runs.length) : '', titleOf(first)];
  });
  return { heading: 'All tasks', titles: ['task', 'mean', 'deviation', 'runs', 'score'], rows, lastIsText: true };
}

/** Its name in HEAR and here. */
const titleOf = (score: HearScore): string => `${score.score} ${arrow(score)}, ${metricLabel(score.metric)}`;
const arrow = ({ better }: HearScore): string => (better === 'lower' ? '↓' : '↑');

function noteOf({ name, recipe, s3prlProblem }: HearProblem, outcome: Outcome | undefined): string {
  if (!outcome || !('runs' in outcome)) return `${name}: not run yet`;
  const { runs, planned, failed } = outcome;
  const count = planned === 1 ? 'one split' : runs.length === planned ? `${planned} folds` : `${runs.length} of ${planned} folds`;
  const settings = s3prlProblem === undefined ? '' : `, with S3PRL's settings of ${s3prlProblem}`;
  return failed === undefined
    ? `${name}: ${recipe}, ${count}${settings}`
    : `${name}: failed, ${runs.length} of ${planned} runs are there; ${failed}`;
}
