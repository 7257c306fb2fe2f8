import { join } from 'node:path';
import type { Figure } from '@s3/interface';
import { readLog } from '../observers/json-lines-observer.ts';
import { escapeHtml } from '../report/escape-html.ts';
import { htmlPage } from '../report/html-page.ts';
import { renderFigure } from '../report/render-figure.ts';
import { resultsTable } from '../report/results-table.ts';
import { validationFigure } from '../report/run-figures.ts';
import type { SweepResult } from './run-sweep.ts';
import { sweepTable } from './sweep-table.ts';

/** `sweep.html`: the table of all runs, their courses on the validation set, and the tests of the best. */
export async function sweepPage(result: SweepResult): Promise<string> {
  const { recipe, runs, metric, best, tests, chance } = result;
  const { titles, rows, best: row } = sweepTable(result);
  const side = (index: number) => (index > 0 && index < titles.length - 1 ? ' class="number"' : '');
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text, index) => `<${tag}${side(index)}>${escapeHtml(text)}</${tag}>`).join('');
  const body = rows.map((texts, index) => `<tr${index === row ? ' class="main"' : ''}>${cells('td', texts)}</tr>`).join('');
  const figure = metric === undefined ? undefined : await coursesOf(result, metric);
  const tested = tests && resultsTable({ tests, metric, chance });
  return htmlPage(`${recipe}: ${runs.length} runs`, [
    `<section>\n<h2>Runs</h2>\n<div class="scroll"><table><thead><tr>${cells('th', titles)}</tr></thead><tbody>${body}</tbody></table></div>\n</section>`,
    ...(figure ? [`<section>\n<h2>Validation</h2>\n<div class="figures"><figure>${renderFigure(figure)}</figure></div>\n</section>`] : []),
    `<section>\n<h2>Tests of the best</h2>\n${tested ? `<p>${reportLink(best!)}, chosen on the validation set.</p>\n${tested}` : '<p class="faint">The best is tested once every run is trained.</p>'}\n</section>`,
  ]);
}

const reportLink = (run: string): string => `<a href="${encodeURIComponent(run)}/report.html">${escapeHtml(run)}</a>`;

/** The course of each run; undefined where none was judged twice. */
async function coursesOf({ runs }: SweepResult, metric: string): Promise<Figure | undefined> {
  const logs = await Promise.all(
    runs.map(async ({ name, targetDir }) => [name, await readLog(join(targetDir, 'train', 'log.jsonl')).catch(() => [])] as const),
  );
  return validationFigure(logs, metric);
}
