import type { Axis, Figure } from '@s3/interface';
import { type AxisScale, finiteRange, linearScale, logScale, probitScale } from './axis-scale.ts';
import { escapeHtml } from './escape-html.ts';
import { coordinate, emptyFigure, framedFigure, type Plot, seriesColor, seriesDash } from './figure-frame.ts';

type Lines = Extract<Figure, { readonly kind: 'lines' }>;
type Series = Lines['series'][number];
type Point = readonly [number, number];

/** Curves over a common axis; a gap where a value is not finite. With two probit axes: a DET curve. */
export function renderLines(figure: Lines): string {
  const det = figure.x.scale === 'probit' && figure.y.scale === 'probit';
  const x = det ? detScale(figure.series) : scaleOf(figure.x, valuesOf(figure.series, 'x'), 'tight');
  const y = det ? x : scaleOf(figure.y, valuesOf(figure.series, 'y'), 'round');
  if (!x || !y) return emptyFigure(figure.title);
  const counted = figure.series.map((series) => `${series.name} (${Math.min(series.x.length, series.y.length)} points)`).join(', ');
  return framedFigure(
    {
      title: figure.title,
      description: `Line chart of ${figure.y.label} over ${figure.x.label}: ${counted}.`,
      ...(figure.series.length > 1 ? { legend: figure.series.map(({ name }) => ({ name, swatch: 'line' as const })) } : {}),
      xLabel: axisLabel(figure.x),
      yLabel: axisLabel(figure.y),
      x,
      y,
      verticalGrid: det,
      ...(det ? { plotHeight: 340 } : {}),
    },
    (plot) => ({ clipped: (det ? diagonal(plot) : '') + figure.series.map((series, index) => drawSeries(series, index, plot)).join('') }),
  );
}

function axisLabel(axis: Axis): string {
  // ticks of a probit axis are in percent, whatever the label says of probabilities
  return axis.scale === 'probit' && !axis.label.includes('%') ? `${axis.label} (%)` : axis.label;
}

/** The scale that holds the values; undefined where none of them has a place on it. */
export function scaleOf(axis: Axis, values: Iterable<number>, ends: 'round' | 'tight'): AxisScale | undefined {
  const placed = [...values].filter((value) =>
    axis.scale === 'log' ? value > 0 : axis.scale === 'probit' ? value >= 0 && value <= 1 : true,
  );
  const range = finiteRange(placed);
  if (!range) return undefined;
  if (axis.scale === 'log') return logScale(...range);
  if (axis.scale === 'probit')
    return probitScale(Math.min(Math.max(range[0] * 0.9, 0.0005), 0.4), Math.max(Math.min(range[1] * 1.1, 0.9995), 0.5));
  return linearScale(range[0], range[1], ends);
}

/**
 * The one scale of both axes of a DET curve.
 *
 * Every curve runs from (0, 1) to (1, 0); shown is the part around equal error, which
 * is what such a plot is for.
 */
function detScale(series: readonly Series[]): AxisScale | undefined {
  const inside = [...valuesOf(series, 'x'), ...valuesOf(series, 'y')].filter((value) => value > 0 && value < 1);
  const range = finiteRange(inside);
  const worst = finiteRange(series.map(({ x, y }) => x.reduce((best, value, index) => Math.min(best, Math.max(value, y[index] ?? 1)), 1)));
  if (!worst) return undefined;
  const high = worst[1] <= 0.35 ? 0.5 : 0.99;
  return probitScale(Math.min(Math.max((range?.[0] ?? 0.01) * 0.8, 0.0008), 0.1), high);
}

function* valuesOf(series: readonly Series[], axis: 'x' | 'y'): Generator<number> {
  for (const one of series) yield* one[axis];
}

function diagonal({ left, top, width, height }: Plot): string {
  return `<path d="M${coordinate(left)} ${coordinate(top + height)}l${coordinate(width)} ${coordinate(-height)}" stroke="currentColor" stroke-opacity="0.45" stroke-dasharray="2 4" fill="none"/>`;
}

function drawSeries({ name, x, y }: Series, index: number, plot: Plot): string {
  const stroke = `fill="none" style="stroke:${seriesColor(index)}" stroke-width="1.8" stroke-linejoin="round"${seriesDash(index)}`;
  const runs = placedRuns(x, y, plot).map(thinnedRun);
  const total = runs.reduce((count, run) => count + run.length, 0);
  return runs
    .map((run) => {
      const points = run.map(({ at }) => `${coordinate(at[0])},${coordinate(at[1])}`).join(' ');
      const values = run.map(({ value }) => value.map((number) => Number(number.toPrecision(5))).join(' ')).join(';');
      const line = `<polyline points="${points}" ${stroke} data-name="${escapeHtml(name)}" data-values="${values}"/>`;
      const dots =
        total <= 30
          ? run.map(({ at }) => `<circle cx="${coordinate(at[0])}" cy="${coordinate(at[1])}" r="2.4" style="fill:${seriesColor(index)}"/>`)
          : [];
      return line + dots.join('');
    })
    .join('');
}

interface Placed {
  readonly at: Point;
  readonly value: Point;
}

/** The points that have a place, in runs without gaps; those far beyond the plot are pulled close, as coordinates must be finite. */
function placedRuns(x: readonly number[], y: readonly number[], plot: Plot): Placed[][] {
  const runs: Placed[][] = [[]];
  const near = (value: number, low: number, length: number) => Math.min(Math.max(value, low - 20), low + length + 20);
  for (let index = 0; index < Math.min(x.length, y.length); index++) {
    const value: Point = [x[index]!, y[index]!];
    const at: Point = [near(plot.x(value[0]), plot.left, plot.width), near(plot.y(value[1]), plot.top, plot.height)];
    if (value.every(Number.isFinite) && at.every(Number.isFinite)) runs.at(-1)!.push({ at, value });
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/**
 * Of the points that follow one another in one column of pixels, only the first, lowest, highest and last:
 * the picture stays the same.
 *
 * Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014.
 */
function thinnedRun(run: readonly Placed[]): readonly Placed[] {
  const kept: Placed[] = [];
  for (let start = 0; start < run.length; ) {
    let [end, lowest, highest] = [start, start, start];
    const column = Math.floor(run[start]!.at[0]);
    for (; end < run.length && Math.floor(run[end]!.at[0]) === column; end++) {
      if (run[end]!.at[1] < run[lowest]!.at[1]) lowest = end;
      if (run[end]!.at[1] > run[highest]!.at[1]) highest = end;
    }
    const indices = [...new Set([start, lowest, highest, end - 1])].sort((first, second) => first - second);
    kept.push(...indices.map((index) => run[index]!));
    start = end;
  }
  return kept;
}
