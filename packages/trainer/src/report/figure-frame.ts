import type { AxisScale } from './axis-scale.ts';
import { escapeHtml } from './escape-html.ts';

/** Size of a figure in its own units; it scales to the width it is given. */
export const figureWidth = 430;
export const textSize = 12;
const titleSize = 14;
const bleed = 4;

/** Colours of the series: a style sheet may set them (for dark pages), these are what they are without one. */
const seriesColors = ['#2563a8', '#c2571a', '#2e7d4f', '#8250b0', '#a8325a', '#4c6a78'] as const;

export function seriesColor(index: number): string {
  const color = index % seriesColors.length;
  return `var(--series-${color + 1}, ${seriesColors[color]})`;
}

/** dash patterns tell series apart without colour, in print too */
export function seriesDash(index: number): string {
  const dash = ['', '7 3', '2 2.5', '9 3 2 3'][index % 4]!;
  return dash === '' ? '' : ` stroke-dasharray="${dash}"`;
}

/** A coordinate in two decimals: a hundredth of a pixel is below what shows. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The plane that a figure draws its data in, in figure units from the top left. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** What surrounds the data. */
export interface Frame {
  readonly title: string;
  /** one sentence for those who do not see the figure */
  readonly description: string;
  readonly legend?: readonly { readonly name: string; readonly swatch: 'line' | 'area' }[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly x: AxisScale;
  readonly y: AxisScale;
  /** vertical lines at the ticks of x as well; the horizontal ones always are there */
  readonly verticalGrid?: boolean;
  readonly plotHeight?: number;
  /** room kept left of the plot for row names, instead of ticks of y */
  readonly rowNames?: number;
}

/** A whole figure: title, legend, axes, and the data drawn by `draw`, cut off at the plot's edge. */
export function framedFigure(frame: Frame, draw: (plot: Plot) => { readonly clipped: string; readonly free?: string }): string {
  const titleLines = wrap(frame.title, titleSize, figureWidth, 2);
  let height = titleLines.length * (titleSize + 4);
  const title = titleLines
    .map((line, index) => text(0, (index + 1) * (titleSize + 3) - 2, line, { size: titleSize, weight: 600 }))
    .join('');
  let legend = '';
  if (frame.legend && frame.legend.length > 0) ({ legend, height } = drawLegend(frame.legend, height + 4));
  const yTicks = frame.rowNames === undefined ? frame.y.ticks : [];
  const left = frame.rowNames ?? Math.max(24, ...yTicks.map((tick) => textWidth(tick.label, textSize) + 8));
  let yLabel = '';
  // a heading that names the values needs no second name
  if (frame.yLabel && frame.yLabel.toLowerCase() !== frame.title.toLowerCase()) {
    height += textSize + 7;
    yLabel = text(0, height - 2, cut(frame.yLabel, textSize, figureWidth), { faint: true });
  }
  const right = 14;
  const top = height + 12;
  const plotHeight = frame.plotHeight ?? 170;
  const width = figureWidth - left - right;
  const bottom = top + plotHeight;
  const x = (value: number) => left + frame.x.position(value) * width;
  const y = (value: number) => bottom - frame.y.position(value) * plotHeight;

  const grid = [
    ...yTicks.map((tick) => gridLine(left, y(tick.at), left + width, y(tick.at))),
    ...(frame.verticalGrid ? frame.x.ticks.map((tick) => gridLine(x(tick.at), top, x(tick.at), bottom)) : []),
  ].join('');
  const yTickTexts = yTicks.map((tick) => text(left - 7, y(tick.at) + 3.8, tick.label, { anchor: 'end', faint: true })).join('');
  const xTickTexts = thinned(frame.x.ticks, x)
    .map((tick) => {
      // a label at the right end moves into the figure rather than being cut off
      const middle = Math.min(x(tick.at), figureWidth - textWidth(tick.label, textSize) / 2);
      return text(middle, bottom + 17, tick.label, { anchor: 'middle', faint: true });
    })
    .join('');
  const baseline = `<path d="M${coordinate(left)} ${coordinate(bottom)}h${coordinate(width)}" stroke="currentColor" stroke-opacity="0.55" fill="none"/>`;
  const xLabel = frame.xLabel
    ? text(left + width / 2, bottom + 35, cut(frame.xLabel, textSize, width), { anchor: 'middle', faint: true })
    : '';
  const total = bottom + (frame.xLabel ? 42 : 26);
  const drawn = draw({ left, top, width, height: plotHeight, x, y });
  // a nested svg cuts off at its edge without needing an id that is unique in the page; a little beyond the plot, so that dots at its edge stay round
  const box = [left - bleed, top - bleed, width + 2 * bleed, plotHeight + 2 * bleed].map(coordinate);
  const inner = `<svg x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" viewBox="${box.join(' ')}" overflow="hidden">${drawn.clipped}</svg>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(frame.title)}" viewBox="0 0 ${figureWidth} ${coordinate(total)}" font-family="system-ui, sans-serif" font-size="${textSize}" fill="currentColor">` +
    `<title>${escapeHtml(frame.title)}</title><desc>${escapeHtml(frame.description)}</desc>` +
    `${title}${legend}${yLabel}${grid}${yTickTexts}${inner}${baseline}${xTickTexts}${xLabel}${drawn.free ?? ''}</svg>`
  );
}

/** A figure that has nothing to draw says so. */
export function emptyFigure(title: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(title)}" viewBox="0 0 ${figureWidth} 60" font-family="system-ui, sans-serif" font-size="${textSize}" fill="currentColor"><title>${escapeHtml(title)}</title><desc>There are no values to draw.</desc>${text(0, titleSize + 1, cut(title, titleSize, figureWidth), { size: titleSize, weight: 600 })}${text(0, 38, 'There are no values to draw.', { faint: true })}</svg>`;
}

/** Text in a figure; y is its baseline. */
export function text(
  x: number,
  y: number,
  content: string,
  style: {
    readonly anchor?: 'middle' | 'end';
    readonly size?: number;
    readonly weight?: number;
    readonly faint?: boolean;
    readonly halo?: boolean;
  } = {},
): string {
  const { anchor, size, weight, faint, halo } = style;
  const attributes = [
    anchor ? ` text-anchor="${anchor}"` : '',
    size ? ` font-size="${size}"` : '',
    weight ? ` font-weight="${weight}"` : '',
    faint ? ' fill-opacity="0.75"' : '',
    halo ? ' style="stroke:var(--ground, #fff)" stroke-width="3" paint-order="stroke"' : '',
  ].join('');
  return `<text x="${coordinate(x)}" y="${coordinate(y)}"${attributes}>${escapeHtml(content)}</text>`;
}

/** About how wide a text is; measured for a common sans-serif face, a little on the safe side. */
export function textWidth(content: string, size: number): number {
  let width = 0;
  for (const character of content) {
    if (character.codePointAt(0)! > 0x2e80) width += 1;
    else width += /[iljtfr.,:;'|!()[\] ]/.test(character) ? 0.4 : /[mwMW%@]/.test(character) ? 0.95 : 0.63;
  }
  return width * size;
}

/** Cuts a text that is too wide, with an ellipsis. */
export function cut(content: string, size: number, width: number): string {
  if (textWidth(content, size) <= width) return content;
  let kept = '';
  for (const character of content) {
    if (textWidth(`${kept}${character}…`, size) > width) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function wrap(content: string, size: number, width: number, mostLines: number): string[] {
  const lines: string[] = [''];
  for (const word of content.split(/\s+/).filter((part) => part !== '')) {
    const current = lines.at(-1)!;
    const longer = current === '' ? word : `${current} ${word}`;
    if (current === '' || lines.length === mostLines || textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => cut(line, size, width));
}

function drawLegend(entries: NonNullable<Frame['legend']>, top: number): { readonly legend: string; readonly height: number } {
  let [x, y] = [0, top + textSize];
  const parts = entries.map(({ name, swatch }, index) => {
    const label = cut(name, textSize, figureWidth - 24);
    const width = 22 + textWidth(label, textSize);
    if (x > 0 && x + width > figureWidth) [x, y] = [0, y + textSize + 5];
    const color = seriesColor(index);
    const mark =
      swatch === 'line'
        ? `<path d="M${coordinate(x)} ${coordinate(y - 4)}h16" fill="none" style="stroke:${color}" stroke-width="2"${seriesDash(index)}/>`
        : `<rect x="${coordinate(x + 2)}" y="${coordinate(y - 9)}" width="12" height="10" style="fill:${color};stroke:${color}" fill-opacity="0.3"/>`;
    const drawn = mark + text(x + 22, y, label);
    x += width + 16;
    return drawn;
  });
  return { legend: parts.join(''), height: y + 4 };
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${coordinate(x1)} ${coordinate(y1)}L${coordinate(x2)} ${coordinate(y2)}" stroke="currentColor" stroke-opacity="0.13" fill="none"/>`;
}

/** Leaves out the labels that would run into the one before. */
function thinned(ticks: AxisScale['ticks'], x: (value: number) => number): AxisScale['ticks'] {
  let end = Number.NEGATIVE_INFINITY;
  return ticks.filter((tick) => {
    const half = textWidth(tick.label, textSize) / 2;
    if (x(tick.at) - half < end + 4) return false;
    end = x(tick.at) + half;
    return true;
  });
}
