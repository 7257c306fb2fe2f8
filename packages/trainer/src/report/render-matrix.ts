import type { Figure } from '@s3/interface';
import { formatNumber } from '../formatting/format-metric.ts';
import type { AxisScale } from './axis-scale.ts';
import { escapeHtml } from './escape-html.ts';
import { coordinate, cut, emptyFigure, framedFigure, seriesColor, text, textSize, textWidth } from './figure-frame.ts';

type Matrix = Extract<Figure, { readonly kind: 'matrix' }>;

const rowHeight = 20;
const mostNameWidth = 110;
const noTicks: AxisScale = { low: 0, high: 1, ticks: [], position: (value) => value };

/** Counts in rows and columns; the darker a cell, the larger its share of the row. */
export function renderMatrix(figure: Matrix): string {
  const cells = figure.values.map((row) => figure.columns.map((_, column) => finite(row[column])));
  const sums = figure.rows.map((_, row) => (cells[row] ?? []).reduce((sum, value) => sum + value, 0));
  if (!sums.some((sum) => sum > 0)) return emptyFigure(figure.title);

  const room = Math.min(mostNameWidth, Math.max(...figure.rows.map((name) => textWidth(name, textSize))) + 10);
  const nameHeight = Math.min(mostNameWidth, Math.max(...figure.columns.map((name) => textWidth(name, textSize))) + 8);
  const frame = {
    title: figure.title,
    description: describe(figure, cells, sums),
    xLabel: figure.x.label,
    yLabel: figure.y.label,
    x: noTicks,
    y: noTicks,
    plotHeight: nameHeight + figure.rows.length * rowHeight,
    rowNames: room,
  };
  return framedFigure(frame, ({ left, top, width }) => {
    const columnWidth = width / figure.columns.length;
    const first = top + nameHeight;
    const height = figure.rows.length * rowHeight;
    const boxes = [
      `<rect x="${coordinate(left)}" y="${coordinate(first)}" width="${coordinate(width)}" height="${height}" fill="none" stroke="currentColor" stroke-opacity="0.25"/>`,
    ];
    const words: string[] = [];
    figure.rows.forEach((rowName, row) => {
      const y = first + row * rowHeight;
      words.push(text(left - 6, y + rowHeight / 2 + 4, cut(rowName, textSize, room - 8), { anchor: 'end' }));
      figure.columns.forEach((columnName, column) => {
        const value = cells[row]?.[column] ?? 0;
        if (value === 0) return;
        const share = value / sums[row]!;
        const place = `x="${coordinate(left + column * columnWidth)}" y="${coordinate(y)}" width="${coordinate(columnWidth)}" height="${rowHeight}"`;
        const hint = escapeHtml(`${rowName}, ${columnName}: ${formatNumber(value)} (${(100 * share).toFixed(1)} %)`);
        boxes.push(
          `<rect ${place} style="fill:${seriesColor(0)}" fill-opacity="${coordinate(0.85 * share)}"><title>${hint}</title></rect>`,
        );
        const count = formatNumber(value);
        if (textWidth(count, textSize) > columnWidth - 2) return;
        words.push(text(left + (column + 0.5) * columnWidth, y + rowHeight / 2 + 4, count, { anchor: 'middle', halo: true }));
      });
    });
    // names stand upright; narrower columns than a line of text have only their hints
    const names =
      columnWidth < textSize - 1 ? [] : figure.columns.map((name, column) => upright(left + (column + 0.5) * columnWidth, first, name));
    return { clipped: boxes.join(''), free: [...words, ...names].join('') };
  });
}

function upright(x: number, bottom: number, name: string): string {
  return `<g transform="translate(${coordinate(x + 4)} ${coordinate(bottom - 4)}) rotate(-90)">${text(0, 0, cut(name, textSize, mostNameWidth - 8))}</g>`;
}

function describe(figure: Matrix, cells: readonly (readonly number[])[], sums: readonly number[]): string {
  const most = figure.rows.flatMap((name, row) => {
    if (!(sums[row]! > 0)) return [];
    const values = cells[row]!;
    const column = values.indexOf(Math.max(...values));
    return [`${name} most often ${figure.columns[column]} (${((100 * values[column]!) / sums[row]!).toFixed(0)} %)`];
  });
  return `Table of ${figure.y.label} against ${figure.x.label}: ${most.join(', ')}.`;
}

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) && value > 0 ? value : 0);
