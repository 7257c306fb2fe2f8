import type { Figure } from '@s3/interface';
import { formatNumber } from '../formatting/format-metric.ts';
import { type AxisScale, finiteRange, linearScale } from './axis-scale.ts';
import { escapeHtml } from './escape-html.ts';
import { coordinate, cut, emptyFigure, figureWidth, framedFigure, seriesColor, text, textSize, textWidth } from './figure-frame.ts';
import { scaleOf } from './render-lines.ts';

type Bars = Extract<Figure, { readonly kind: 'bars' }>;
type Bar = Bars['bars'][number];

/** Values by name: columns where the names fit under them, else rows. */
export function renderBars(figure: Bars): string {
  const bars = figure.bars.filter(({ value }) => Number.isFinite(value));
  const range = finiteRange(bars.map(({ value }) => value));
  // bars stand on 0, except where the axis has none
  const linear = (figure.y.scale ?? 'linear') === 'linear';
  const scale =
    range &&
    (linear
      ? linearScale(Math.min(0, range[0]), Math.max(0, range[1]) || 1)
      : scaleOf(
          figure.y,
          bars.map(({ value }) => value),
          'round',
        ));
  if (!scale) return emptyFigure(figure.title);
  const description = `Bar chart of ${figure.y.label}: ${bars.map(({ name, value }) => `${name} ${formatNumber(value)}`).join(', ')}.`;
  const widest = Math.max(...bars.map(({ name }) => textWidth(name, textSize)));
  const asColumns = widest + 4 <= (figureWidth - 50) / bars.length;
  return asColumns ? columns(figure, bars, scale, description) : rows(figure, bars, scale, description);
}

const noTicks: AxisScale = { low: 0, high: 1, ticks: [], position: (value) => value };

function columns(figure: Bars, bars: readonly Bar[], scale: AxisScale, description: string): string {
  return framedFigure(
    { title: figure.title, description, yLabel: figure.y.label, x: noTicks, y: scale },
    ({ left, top, width, height, y }) => {
      const band = width / bars.length;
      const thickness = Math.min(band * 0.72, 56);
      const base = y(Math.max(0, scale.low));
      const shapes = bars.map(({ name, value }, index) => {
        const x = left + (index + 0.5) * band - thickness / 2;
        return bar(name, value, x, Math.min(y(value), base), thickness, Math.abs(y(value) - base));
      });
      const names = bars.map(({ name }, index) =>
        text(left + (index + 0.5) * band, top + height + 16, name, { anchor: 'middle', faint: true }),
      );
      return { clipped: shapes.join(''), free: names.join('') };
    },
  );
}

function rows(figure: Bars, bars: readonly Bar[], scale: AxisScale, description: string): string {
  const band = 20;
  const room = Math.min(190, Math.max(...bars.map(({ name }) => textWidth(name, textSize))) + 10);
  const frame = {
    title: figure.title,
    description,
    xLabel: figure.y.label,
    x: scale,
    y: noTicks,
    verticalGrid: true,
    plotHeight: bars.length * band,
    rowNames: room,
  };
  return framedFigure(frame, ({ left, top, x }) => {
    const base = x(Math.max(0, scale.low));
    const shapes = bars.map(({ name, value }, index) =>
      bar(name, value, Math.min(x(value), base), top + (index + 0.16) * band, Math.abs(x(value) - base), band * 0.68),
    );
    const names = bars.map(({ name }, index) =>
      text(left - 8, top + (index + 0.5) * band + 4, cut(name, textSize, room - 8), { anchor: 'end' }),
    );
    return { clipped: shapes.join(''), free: names.join('') };
  });
}

function bar(name: string, value: number, x: number, y: number, width: number, height: number): string {
  return `<rect x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}" style="fill:${seriesColor(0)}" fill-opacity="0.85"><title>${escapeHtml(`${name}: ${formatNumber(value)}`)}</title></rect>`;
}
