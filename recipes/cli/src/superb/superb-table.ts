import { type Outcome, wholeRuns } from '../benchmark/outcome.ts';
import { tablesHtml, tablesMarkdown, tablesText } from '../benchmark/table-page.ts';
import { type Benchmark, meanScores, type Score } from './benchmarks.ts';
import { publishedResults } from './published-results.ts';

/** Results of one upstream beside published ones, a column for each score. */
export interface SuperbTable {
  readonly terminal: (color: boolean) => string;
  readonly markdown: string;
  readonly html: string;
}

/**
 * The leaderboard's table: first the upstream that was run, then what others published.
 *
 * @param outcomes by recipe
 */
export function superbTable(upstream: string, benchmarks: readonly Benchmark[], outcomes: ReadonlyMap<string, Outcome>): SuperbTable {
  const columns = benchmarks.flatMap(({ task, scores }) => scores.map((score) => ({ task, score })));
  const titles = ['upstream', ...columns.map(({ task, score }) => `${task} ${score.title} ${arrow(score)}`), 'source'];
  const own = benchmarks.flatMap(({ recipe, scores }) => {
    const outcome = outcomes.get(recipe);
    const means = meanScores(outcome);
    return scores.map((score, index) => (means ? cellOf(score, means[index]) : outcome && 'failed' in outcome ? 'failed' : ''));
  });
  const rows = [
    [upstream, ...own, 'here'],
    ...publishedResults.map((published) => [
      published.upstream,
      ...benchmarks.flatMap(({ task, scores }) => scores.map((score, index) => cellOf(score, published.results[task]?.[index]))),
      published.source,
    ]),
  ];
  const notes = benchmarks.flatMap(({ task, recipe }) => {
    const outcome = outcomes.get(recipe);
    if (!outcome) return [`${task}: not run yet`];
    if ('missing' in outcome) return [`${task}: not run, ${outcome.missing}`];
    if (outcome.failed !== undefined) return [`${task}: failed, ${outcome.failed}`];
    const runs = wholeRuns(outcome);
    if (!runs) return [`${task}: ${outcome.runs.length} of ${outcome.planned} runs so far`];
    const [{ testSet }] = runs as [(typeof runs)[0]];
    const how = runs.length > 1 ? `mean of ${runs.length} runs, on ${testSet} and so on` : `on ${testSet}`;
    return [`${task}: ${recipe}, ${how}`];
  });
  const inDecibels = columns.flatMap(({ task, score }) => (score.unit ? [`${task} in ${score.unit}`] : []));
  const legend = `${['Percentages', ...inDecibels].join(', ')}; ↓ less is better, ↑ more is better.`;
  const tables = [{ titles, rows, lastIsText: true, strong: 0 }];
  return {
    terminal: (color) => tablesText(tables, [legend, ...notes], color),
    markdown: tablesMarkdown(tables, [legend, ...notes]),
    html: tablesHtml(`SUPERB: ${upstream}`, tables, [legend, ...notes]),
  };
}

const arrow = ({ better }: Score): string => (better === 'lower' ? '↓' : '↑');
const cellOf = ({ unit }: Score, value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : (unit ? value : 100 * value).toFixed(2);
