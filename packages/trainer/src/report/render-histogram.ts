import type { Figure } from '@s3/interface';
import { formatNumber } from '../formatting/format-metric.ts';
import { type AxisScale, finiteRange, linearScale, roundStep } from './axis-scale.ts';
import { escapeHtml } from './escape-html.ts';
import { coordinate, emptyFigure, framedFigure, type Plot, seriesColor, seriesDash, text, textSize, textWidth } from './figure-frame.ts';
import { scaleOf } from './render-lines.ts';

type Histogram = Extract<Figure, { readonly kind: 'histogram' }>;

interface Bins {
  readonly scale: AxisScale;
  /** one more than there are bins */
  readonly edges: readonly number[];
  /** 0..1 of the axis to the index of a bin */
  readonly find: (value: number) => number;
}

/** How values spread, each series as shares of its own count, so that a small group shows beside a large one. */
export function renderHistogram(figure: Histogram): string {
  const groups = figure.series.map(({ name, values }) => ({ name, values: values.filter(Number.isFinite) }));
  const bins = binsOf(figure, groups);
  if (!bins) return emptyFigure(figure.title);
  const shares = groups.map(({ values }) => sharesOf(values, bins));
  const highest = finiteRange(shares.flat())![1];
  return framedFigure(
    {
      title: figure.title,
      description: `Histogram of ${figure.x.label}: ${groups.map(({ name, values }) => `${name} (${values.length} values)`).join(', ')}.`,
      legend: groups.map(({ name, values }) => ({ name: `${name} (${values.length.toLocaleString('en-US')})`, swatch: 'area' })),
      xLabel: figure.x.label,
      yLabel: groups.length > 1 ? 'share of each group, %' : 'share, %',
      x: bins.scale,
      // head room for the names of the marks
      y: linearScale(0, highest * 100 * (1 + 0.1 * (figure.marks?.length ?? 0)), 'round', 4),
    },
    (plot) => ({
      clipped:
        shares.map((share, index) => drawSteps(share, index, bins, plot)).join('') +
        drawMarks(figure.marks ?? [], plot) +
        drawHints(groups, shares, bins, plot),
    }),
  );
}

/** Bins as wide as Freedman and Diaconis (1981) advise for the narrowest group, but never more than the smallest group can fill. */
function binsOf(figure: Histogram, groups: readonly { readonly values: readonly number[] }[]): Bins | undefined {
  const filled = groups.filter(({ values }) => values.length > 0);
  const marks = (figure.marks ?? []).map(({ at }) => at).filter(Number.isFinite);
  const all = function* () {
    for (const { values } of filled) yield* values;
    yield* marks;
  };
  const tight = filled.length > 0 ? scaleOf(figure.x, all(), 'tight') : undefined;
  if (!tight) return undefined;
  const smallest = Math.min(...filled.map(({ values }) => values.length));
  const most = Math.min(40, Math.max(10, Math.round(2 * Math.sqrt(smallest))));
  if ((figure.x.scale ?? 'linear') !== 'linear') {
    const find = (value: number) => Math.min(most - 1, Math.max(0, Math.floor(tight.position(value) * most)));
    // only positions matter to drawing, so the edges are the positions themselves
    const edges = Array.from({ length: most + 1 }, (_, index) => index / most);
    return { scale: tight, edges, find };
  }
  const range = tight.high - tight.low;
  const advised = Math.min(...filled.map(({ values }) => spread(values)).filter((width) => width > 0), range / 10);
  const width = roundStep(Math.max(advised, range / most));
  const first = Math.floor(tight.low / width + 1e-9);
  const count = Math.max(1, Math.ceil(tight.high / width - 1e-9) - first);
  const [low, high] = [first * width, (first + count) * width];
  const scale = linearScale(low, high, 'tight');
  const find = (value: number) => Math.min(count - 1, Math.max(0, Math.floor((value - low) / width + 1e-9)));
  return { scale, edges: Array.from({ length: count + 1 }, (_, index) => index / count), find };
}

function spread(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const quartile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!;
  return (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(sorted.length);
}

function sharesOf(values: readonly number[], { edges, find, scale }: Bins): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    if (!Number.isNaN(scale.position(value))) counts[find(value)]! += 1;
  }
  return counts.map((count) => count / Math.max(1, values.length));
}

function drawSteps(shares: readonly number[], index: number, { edges }: Bins, plot: Plot): string {
  const x = (edge: number) => coordinate(plot.left + edge * plot.width);
  const base = coordinate(plot.y(0));
  const steps = shares.map((share, bin) => `V${coordinate(plot.y(share * 100))}H${x(edges[bin + 1]!)}`).join('');
  const color = seriesColor(index);
  return `<path d="M${x(edges[0]!)} ${base}${steps}V${base}" style="fill:${color};stroke:${color}" fill-opacity="0.22" stroke-width="1.5" stroke-linejoin="round"${seriesDash(index)}/>`;
}

function drawMarks(marks: NonNullable<Histogram['marks']>, plot: Plot): string {
  const { left, top, width, height } = plot;
  const sorted = marks.filter(({ at }) => Number.isFinite(plot.x(at))).sort((first, second) => first.at - second.at);
  return sorted
    .map(({ name, at }, row) => {
      const x = plot.x(at);
      const label = `${name} ${formatNumber(at)}`;
      const room = textWidth(label, textSize) + 6;
      // names lie outside of the lines where they can
      const outside = row < sorted.length / 2 && sorted.length > 1 && x - room >= left;
      const onLeft = outside || x + room > left + width;
      const line = `<path d="M${coordinate(x)} ${coordinate(top)}v${coordinate(height)}" stroke="currentColor" stroke-opacity="0.8" stroke-dasharray="4 3" fill="none"/>`;
      const y = top + 11 + row * 15;
      return line + (onLeft ? text(x - 6, y, label, { anchor: 'end', halo: true }) : text(x + 6, y, label, { halo: true }));
    })
    .join('');
}

/** one unseen column per bin that says its numbers when pointed at */
function drawHints(
  groups: readonly { readonly name: string }[],
  shares: readonly (readonly number[])[],
  { edges, scale }: Bins,
  plot: Plot,
): string {
  const linear = scale.position((scale.low + scale.high) / 2);
  const value = (edge: number) => formatNumber(Number((scale.low + edge * (scale.high - scale.low)).toPrecision(6)));
  return edges
    .slice(0, -1)
    .map((edge, bin) => {
      const next = edges[bin + 1]!;
      // on other axes an edge is no round number, and its height says enough
      const where = Math.abs(linear - 0.5) < 1e-6 ? `${value(edge)} to ${value(next)}: ` : '';
      const lines = groups.map(({ name }, index) => `${name} ${(shares[index]![bin]! * 100).toFixed(1)} %`).join(', ');
      const x = plot.left + edge * plot.width;
      return `<rect x="${coordinate(x)}" y="${coordinate(plot.top)}" width="${coordinate((next - edge) * plot.width)}" height="${coordinate(plot.height)}" fill="transparent"><title>${escapeHtml(where + lines)}</title></rect>`;
    })
    .join('');
}
