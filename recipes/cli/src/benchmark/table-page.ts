import { formatTable } from '@s3/trainer';

/** A table with its heading, if it has one; the first column is text, and so is the last where `lastIsText`. */
export interface PageTable {
  readonly heading?: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lastIsText?: boolean;
  /** a row that stands out, from 0 */
  readonly strong?: number;
}

/** Tables and what is to be said of them, for a terminal. */
export function tablesText(tables: readonly PageTable[], notes: readonly string[], color: boolean): string {
  const texts = tables.map((table) => {
    const columns = table.titles.map((title, index) => ({ title, align: isText(table, index) ? ('left' as const) : ('right' as const) }));
    return `${table.heading === undefined ? '' : `${table.heading}\n`}${formatTable(columns, table.rows, { color })}\n`;
  });
  return `${texts.join('\n')}\n${notes.map((note) => `${note}\n`).join('')}`;
}

/** The same as Markdown. */
export function tablesMarkdown(tables: readonly PageTable[], notes: readonly string[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const texts = tables.map((table) => {
    const rule = table.titles.map((_, index) => (isText(table, index) ? '---' : '---:'));
    const heading = table.heading === undefined ? [] : [`## ${table.heading}`, ''];
    return `${[...heading, line(table.titles), line(rule), ...table.rows.map(line)].join('\n')}\n`;
  });
  return `${texts.join('\n')}\n${notes.map((note) => `- ${note}`).join('\n')}\n`;
}

/** The same as a page. */
export function tablesHtml(title: string, tables: readonly PageTable[], notes: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .8rem; text-align: right; white-space: nowrap; border-bottom: 1px solid #ddd }
th:first-child, td:first-child, .sources th:last-child, .sources td:last-child { text-align: left }
.strong { font-weight: 600; background: #eef4fb }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #181818 } th, td { border-color: #444 } .strong { background: #223040 } }
</style>
<h1>${escaped(title)}</h1>
${tables.map(tableHtml).join('\n')}
<ul>
${notes.map((note) => `<li>${escaped(note)}</li>`).join('\n')}
</ul>
</html>
`;
}

function tableHtml({ heading, titles, rows, lastIsText = false, strong }: PageTable): string {
  const cells = (tag: string, texts: readonly string[]) => texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('');
  const row = (texts: readonly string[], index: number) => `<tr${index === strong ? ' class="strong"' : ''}>${cells('td', texts)}</tr>`;
  return `${heading === undefined ? '' : `<h2>${escaped(heading)}</h2>\n`}<div class="scroll"><table${lastIsText ? ' class="sources"' : ''}>
<thead><tr>${cells('th', titles)}</tr></thead>
<tbody>
${rows.map(row).join('\n')}
</tbody>
</table></div>`;
}

/** Whether a column is set to the left. */
function isText({ titles, lastIsText = false }: PageTable, index: number): boolean {
  return index === 0 || (lastIsText && index === titles.length - 1);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
