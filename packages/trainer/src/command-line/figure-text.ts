import type { Figure } from '@s3/interface';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { formatNumber } from '../formatting/format-metric.ts';
import { formatTable } from '../formatting/format-table.ts';

export interface FigureTextOptions {
  readonly color: boolean;
  /** characters that fit in a line */
  readonly columns: number;
}

type OfKind<Kind extends Figure['kind']> = Extract<Figure, { readonly kind: Kind }>;

const mostUtterances = 5;
const mostConfusions = 10;
const mostRows = 15;

/** A figure in letters, for those that say something in a terminal: confusion matrices, tables, alignments and timelines. */
export function figureText(figure: Figure, options: FigureTextOptions): string | undefined {
  const lines = linesOf(figure, options);
  return lines && `${createColors(options.color).bold(figure.title)}\n${lines.join('\n')}\n`;
}

function linesOf(figure: Figure, options: FigureTextOptions): readonly string[] | undefined {
  switch (figure.kind) {
    case 'matrix':
      return matrixLines(figure, options);
    case 'alignments':
      return alignmentLines(figure, options);
    case 'table':
      return tableLines(figure, options);
    case 'timeline':
      return timelineLines(figure, options);
    case 'lines':
    case 'histogram':
    case 'bars':
      return undefined;
  }
}

/** The whole matrix where it fits, else the cells beside the diagonal that hold most. */
function matrixLines({ rows, columns, values, x, y }: OfKind<'matrix'>, options: FigureTextOptions): readonly string[] {
  const corner = `${y.label} \\ ${x.label}`;
  const cells = rows.map((row, index) => [
    row,
    ...columns.map((_, column) => (values[index]![column] ? formatNumber(values[index]![column]!) : '')),
  ]);
  const table = formatTable([corner, ...columns.map((title) => ({ title, align: 'right' as const }))], cells, options);
  if (Math.max(...table.split('\n').map((line) => stringWidth(line))) <= options.columns) return [table];
  const confusions = rows
    .flatMap((row, index) => columns.map((column, at) => ({ row, column, value: values[index]![at]! })))
    .filter(({ row, column, value }) => row !== column && value > 0)
    .sort((one, other) => other.value - one.value);
  if (confusions.length === 0) return [`every ${y.label} of ${rows.length} has the same ${x.label}`];
  const shown = confusions.slice(0, mostConfusions);
  const left = confusions.length - shown.length;
  return [
    formatTable(
      [y.label, x.label, 'times'],
      shown.map(({ row, column, value }) => [row, column, formatNumber(value)]),
      options,
    ),
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
}

/** The first rows, which matter most. */
function tableLines({ columns, rows }: OfKind<'table'>, options: FigureTextOptions): readonly string[] {
  const left = rows.length - mostRows;
  return [formatTable(columns, rows.slice(0, mostRows), options), ...(left > 0 ? [`and ${left} more in the report`] : [])];
}

/** Reference and hypothesis one below the other, token under token, broken where the line ends. */
function alignmentLines({ unit, utterances }: OfKind<'alignments'>, { color, columns }: FigureTextOptions): readonly string[] {
  const colors = createColors(color);
  const gap = unit === 'character' ? '' : ' ';
  const heads = ['reference  ', 'hypothesis '] as const;
  const room = Math.max(10, columns - heads[0].length);
  const lines: string[] = [];
  for (const { name, note, pairs } of utterances.slice(0, mostUtterances)) {
    lines.push(`${colors.bold(name)} ${colors.dim(note)}`);
    let [above, below, used] = ['', '', 0];
    const flush = () => {
      if (used > 0) lines.push(colors.dim(heads[0]) + above.trimEnd(), colors.dim(heads[1]) + below.trimEnd());
      [above, below, used] = ['', '', 0];
    };
    for (const { reference, hypothesis } of pairs) {
      // stars stand where one side has nothing, so that it reads without colours too
      const width = Math.max(stringWidth(reference ?? '*'), stringWidth(hypothesis ?? '*'));
      if (used + width > room) flush();
      const cell = (token: string | undefined, paint: (text: string) => string) =>
        token === undefined ? colors.dim('*'.repeat(width)) : paint(token) + ' '.repeat(Math.max(0, width - stringWidth(token)));
      const differs = reference !== hypothesis;
      above += cell(reference, differs ? colors.red : String) + gap;
      below += cell(hypothesis, differs ? colors.yellow : String) + gap;
      used += width + gap.length;
    }
    flush();
  }
  const left = utterances.length - mostUtterances;
  return left > 0 ? [...lines, colors.dim(`and ${left} more in the report`)] : lines;
}

/** A row of blocks for each row of the timeline; a half block where less than half of its time is filled. */
function timelineLines({ seconds, groups }: OfKind<'timeline'>, { color, columns }: FigureTextOptions): readonly string[] {
  const paints = [createColors(color).blue, createColors(color).yellow, createColors(color).green, createColors(color).magenta];
  const rows = groups.flatMap(({ name: group, rows: own }) =>
    own.map(({ name, spans }, index) => ({ label: `${group}: ${name}`, spans, index })),
  );
  const labelWidth = Math.max(0, ...rows.map(({ label }) => stringWidth(label)));
  const cells = Math.max(10, Math.min(100, columns - labelWidth - 2));
  const lines = rows.map(({ label, spans, index }) => {
    const filled = new Float64Array(cells);
    for (const { startSeconds, endSeconds } of spans) {
      const [start, end] = [(startSeconds / seconds) * cells, (endSeconds / seconds) * cells];
      for (let cell = Math.max(0, Math.floor(start)); cell < Math.min(cells, end); cell++) {
        filled[cell]! += Math.min(end, cell + 1) - Math.max(start, cell);
      }
    }
    const blocks = Array.from(filled, (share) => (share >= 0.5 ? '█' : share > 0 ? '▌' : '·')).join('');
    return `${label}${' '.repeat(labelWidth - stringWidth(label))}  ${paints[index % paints.length]!(blocks)}`;
  });
  return [...lines, `${' '.repeat(labelWidth)}  0 s${`${formatNumber(seconds)} s`.padStart(cells - 3)}`];
}
