import { createColors } from 'picocolors';
import stringWidth from 'string-width';

/** A table's column: its heading, or heading and side. Columns of numbers go right unless told. */
export type TableColumn = string | { readonly title: string; readonly align?: 'left' | 'right' };

/**
 * An aligned table for a terminal, without a newline at its end.
 *
 * Widths are those a terminal shows, so accents, Chinese characters and colours in the cells keep it straight.
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | number)[])[],
  options: { readonly color?: boolean } = {},
): string {
  const colors = createColors(options.color ?? false);
  const texts = rows.map((row) => columns.map((_, index) => String(row[index] ?? '')));
  const layout = columns.map((column, index) => {
    const title = typeof column === 'string' ? column : column.title;
    const cells = texts.map((row) => row[index]!);
    const align =
      (typeof column === 'string' ? undefined : column.align) ?? (cells.length > 0 && cells.every(isNumeric) ? 'right' : 'left');
    return { title, align, width: [title, ...cells].reduce((widest, cell) => Math.max(widest, stringWidth(cell)), 0) };
  });
  const line = (cells: readonly string[]) =>
    layout
      .map(({ align, width }, index) => {
        const padding = ' '.repeat(width - stringWidth(cells[index]!));
        return align === 'right' ? padding + cells[index] : cells[index] + padding;
      })
      .join('  ')
      .trimEnd();
  const rule = layout.map(({ width }) => '─'.repeat(width)).join('  ');
  return [colors.bold(line(layout.map(({ title }) => title))), colors.dim(rule), ...texts.map(line)].join('\n');
}

/** a number with or without unit, or an empty cell */
function isNumeric(cell: string): boolean {
  return /^(-?[\d.,]+(e-?\d+)?( ?%| (s|min|h)( .*)?)?|NaN|-|)$/.test(cell.trim());
}
