import type { Figure } from '@s3/interface';
import { expect, test } from 'vitest';
import { figureWidth, textSize, textWidth } from './figure-frame.ts';
import { renderFigure } from './render-figure.ts';

const hostile = `<script>alert("1")</script>&'`;
const examples: readonly Figure[] = [
  {
    kind: 'lines',
    title: 'Loss',
    x: { label: 'step' },
    y: { label: 'cross-entropy', scale: 'log' },
    series: [
      { name: 'training', x: [1, 2, 3, 4], y: [8, 4, Number.NaN, 1] },
      { name: 'validation', x: [2, 4], y: [5, 2] },
    ],
  },
  {
    kind: 'lines',
    title: 'DET',
    x: { label: 'false acceptance', scale: 'probit' },
    y: { label: 'false rejection', scale: 'probit' },
    series: [{ name: 'trials', x: [1, 0.5, 0.1, 0.02, 0.001, 0], y: [0, 0.002, 0.03, 0.1, 0.4, 1] }],
  },
  {
    kind: 'histogram',
    title: 'Scores',
    x: { label: 'cosine' },
    series: [
      { name: 'same', values: [0.5, 0.6, 0.7, 0.8] },
      { name: 'different', values: [-0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6] },
    ],
    marks: [{ name: 'equal error', at: 0.45 }],
  },
  { kind: 'bars', title: 'Layers', y: { label: 'weight' }, bars: [0.1, 0.7, 0.2].map((value, index) => ({ name: String(index), value })) },
  {
    kind: 'bars',
    title: 'Change',
    y: { label: 'points' },
    bars: [2, -1].map((value) => ({ name: `a name that is too long for a column, ${value}`, value })),
  },
  {
    kind: 'matrix',
    title: 'Confusion',
    x: { label: 'prediction' },
    y: { label: 'label' },
    rows: ['yes', 'no', 'never'],
    columns: ['yes', 'no', 'never'],
    values: [
      [8, 2, 0],
      [1, 3, Number.NaN],
      [0, 0, 0],
    ],
  },
  {
    kind: 'timeline',
    title: 'Meeting',
    seconds: 12.5,
    groups: [
      {
        name: 'reference',
        rows: [
          { name: 'Ann', spans: [{ startSeconds: 0, endSeconds: 4 }] },
          { name: 'Ben', spans: [{ startSeconds: 3.5, endSeconds: 12.5 }] },
        ],
      },
      { name: 'hypothesis', rows: [{ name: 'Ann', spans: [{ startSeconds: 0.25, endSeconds: 4.25 }] }] },
    ],
  },
];

test.each(examples)('$title says what it is, in words too, and holds no number that is none', (figure) => {
  const svg = renderFigure(figure);
  expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>/);
  expect(svg).toContain(`<title>${figure.title}</title><desc>`);
  expect(svg).toContain('y' in figure ? figure.y.label : 'x' in figure ? figure.x.label : 'time, s');
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(wellFormed(svg)).toBe(true);
});

test('a gap stays a gap, and every value can be read off', () => {
  const lines = [...renderFigure(examples[0]!).matchAll(/<polyline points="([^"]*)"[^>]*data-name="([^"]*)" data-values="([^"]*)"/g)];
  expect(lines.map((line) => [line[2], line[3]])).toEqual([
    ['training', '1 8;2 4'],
    ['training', '4 1'],
    ['validation', '2 5;4 2'],
  ]);
});

test('a curve lies where its axes say', () => {
  const svg = renderFigure({
    kind: 'lines',
    title: 't',
    x: { label: 'x' },
    y: { label: 'y' },
    series: [{ name: 's', x: [0, 10], y: [0, 10] }],
  });
  const [first, last] = /points="([^"]*)"/
    .exec(svg)![1]!
    .split(' ')
    .map((point) => point.split(',').map(Number));
  const ticks = new Map(
    [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+)<\/text>/g)].map(([, x, y, label]) => [
      label === '0' ? `0@${x}` : label!,
      [Number(x), Number(y)],
    ]),
  );
  expect(last![0]).toBeCloseTo(
    [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle"[^>]*>10</g)].map((match) => Number(match[1]))[0]!,
    1,
  );
  expect(first![1]! - last![1]!).toBeCloseTo(170, 1);
  expect(ticks.size).toBeGreaterThan(4);
});

test('a DET curve has one scale for both axes, with the ticks of its field', () => {
  const svg = renderFigure(examples[1]!);
  const ticks = (anchor: string) =>
    [...svg.matchAll(new RegExp(`text-anchor="${anchor}" fill-opacity="0.75">([\\d.]+)<`, 'g'))].map((match) => match[1]);
  expect(ticks('middle')).toEqual(['0.1', '0.2', '0.5', '1', '2', '5', '10', '20', '40']);
  expect(ticks('end')).toEqual(ticks('middle'));
  expect(svg).toContain('false rejection (%)');
});

test('a DET curve worse than a third shows what lies above a half', () => {
  const svg = renderFigure({ ...examples[1]!, series: [{ name: 'guess', x: [0, 0.5, 1], y: [1, 0.5, 0] }] } as Figure);
  expect(svg).toContain('>60<');
  expect(svg).toContain('>98<');
});

test('histograms count each group for itself', () => {
  const svg = renderFigure(examples[2]!);
  expect(svg).toContain('same (4)');
  expect(svg).toContain('different (8)');
  expect(svg).toContain('equal error 0.4500');
  const hints = [...svg.matchAll(/<title>[^<]*: same ([\d.]+) %, different ([\d.]+) %<\/title>/g)];
  for (const group of [1, 2]) expect(hints.reduce((sum, hint) => sum + Number(hint[group]), 0)).toBeCloseTo(100, 0);
});

test('a histogram of one value, or of a single one many times', () => {
  for (const values of [[0.3], [2, 2, 2], [0, 0]]) {
    const svg = renderFigure({ kind: 'histogram', title: 'one', x: { label: 'x' }, series: [{ name: 'a', values }] });
    expect(svg).toContain('100.0 %');
    expect(svg).not.toMatch(/NaN|Infinity/);
  }
});

test('the last label of an axis is not cut off at the edge', () => {
  const values = [0.9912, 0.9931, 0.9957, 0.9969, 0.9981, 0.9995];
  const svg = renderFigure({ kind: 'histogram', title: 'close', x: { label: 'x' }, series: [{ name: 'a', values }] });
  const [, x, label] = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle"[^>]*>([\d.]+)</g)].at(-1)!;
  expect(label).toBe('1.000');
  expect(Number(x) + textWidth('1.000', textSize) / 2).toBeLessThanOrEqual(figureWidth);
});

test('bars stand on zero, below it too, and long names make rows', () => {
  const svg = renderFigure(examples[4]!);
  const [up, down] = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map((match) => [
    Number(match[1]),
    Number(match[2]),
  ]);
  expect(up![1]).toBeCloseTo(2 * down![1]!, 1);
  expect(up![0]).toBeCloseTo(down![0]! + down![1]!, 1);
  expect(svg).toContain('…</text>');
});

test('a matrix shades each cell by its share of the row, and names every cell that counts', () => {
  const svg = renderFigure(examples[5]!);
  const cells = [...svg.matchAll(/fill-opacity="([\d.]+)"><title>([^<]*)<\/title>/g)];
  expect(cells.map((cell) => cell[2])).toEqual([
    'yes, yes: 8 (80.0 %)',
    'yes, no: 2 (20.0 %)',
    'no, yes: 1 (25.0 %)',
    'no, no: 3 (75.0 %)',
  ]);
  expect(cells.map((cell) => Number(cell[1]))).toEqual([0.68, 0.17, 0.21, 0.64]);
  expect(svg).toContain('no most often no (75 %)');
});

test('a matrix of many columns leaves out the names that do not fit', () => {
  const names = Array.from({ length: 60 }, (_, index) => `class${index}`);
  const values = names.map((_, row) => names.map((_, column) => (row === column ? 999 : 0)));
  const svg = renderFigure({ kind: 'matrix', title: 'wide', x: { label: 'x' }, y: { label: 'y' }, rows: names, columns: names, values });
  expect(svg).not.toContain('rotate(-90)');
  expect(svg).not.toContain('>999<');
  expect(svg).toContain('class59, class59: 999 (100.0 %)');
});

test('long curves are thinned without losing their peaks', () => {
  const x = Array.from({ length: 50_000 }, (_, index) => index);
  const y = x.map((value) => (value === 31_234 ? 1000 : Math.sin(value)));
  const svg = renderFigure({ kind: 'lines', title: 'long', x: { label: 'step' }, y: { label: 'y' }, series: [{ name: 's', x, y }] });
  expect(svg.length).toBeLessThan(80_000);
  expect(svg).toContain(';31234 1000;');
});

test('figures without values say so', () => {
  const empty: readonly Figure[] = [
    { kind: 'lines', title: 'none', x: { label: 'x' }, y: { label: 'y' }, series: [] },
    { kind: 'lines', title: 'none', x: { label: 'x' }, y: { label: 'y', scale: 'log' }, series: [{ name: 's', x: [1], y: [0] }] },
    { kind: 'histogram', title: 'none', x: { label: 'x' }, series: [{ name: 'a', values: [Number.NaN] }] },
    { kind: 'bars', title: 'none', y: { label: 'y' }, bars: [] },
    { kind: 'matrix', title: 'none', x: { label: 'x' }, y: { label: 'y' }, rows: ['a'], columns: ['a'], values: [[0]] },
  ];
  for (const figure of empty) expect(renderFigure(figure)).toContain('There are no values to draw.');
});

test('text stands for itself', () => {
  const axis = { label: hostile };
  const figures: readonly Figure[] = [
    { kind: 'lines', title: hostile, x: axis, y: axis, series: [1, 2].map((value) => ({ name: hostile, x: [value], y: [value] })) },
    { kind: 'histogram', title: hostile, x: axis, series: [{ name: hostile, values: [1] }], marks: [{ name: hostile, at: 1 }] },
    { kind: 'bars', title: hostile, y: axis, bars: [{ name: hostile, value: 1 }] },
    { kind: 'matrix', title: hostile, x: axis, y: axis, rows: [hostile], columns: [hostile], values: [[1]] },
  ];
  for (const figure of figures) {
    const svg = renderFigure(figure);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(wellFormed(svg)).toBe(true);
  }
});

/** tags closed in order, nothing but quoted attributes in them */
function wellFormed(svg: string): boolean {
  const open: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+\d?)((?: [\w:-]+="[^"<>]*")*)(\/?)>/g,
    (_, close: string, name: string, _attributes: string, alone: string) => {
      if (close) {
        if (open.pop() !== name) open.push('mismatch');
      } else if (!alone) open.push(name);
      return '';
    },
  );
  return open.length === 0 && !/[<>]/.test(rest);
}

test('spans of a timeline lie where their times are, and say them', () => {
  const svg = renderFigure(examples.at(-1)!);
  const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"[^>]*style="fill:([^"]*)"[^>]*><title>([^<]*)</g)];
  expect(bars.map((bar) => bar[5])).toEqual([
    'reference: Ann, 0.00 to 4.00 s',
    'reference: Ben, 3.50 to 12.50 s',
    'hypothesis: Ann, 0.25 to 4.25 s',
  ]);
  const [ann, ben, heard] = bars.map((bar) => ({ x: Number(bar[1]), y: Number(bar[2]), width: Number(bar[3]), color: bar[4] }));
  expect(ben!.width / ann!.width).toBeCloseTo(9 / 4, 2);
  expect(heard!.x - ann!.x).toBeCloseTo(ann!.width / 16, 1);
  expect(heard!.color).toBe(ann!.color);
  expect(heard!.y).toBeGreaterThan(ben!.y);
});

test('alignments mark what was missed and what was heard instead', () => {
  const pairs = [
    { reference: 'the', hypothesis: 'the' },
    { reference: 'cat', hypothesis: 'hat' },
    { reference: 'sat' },
    { hypothesis: hostile },
  ];
  const html = renderFigure({ kind: 'alignments', title: 'Worst', unit: 'word', utterances: [{ name: 'u1', note: '3 errors', pairs }] });
  expect(html).toContain('<span>the<i>the</i></span> <span><del>cat</del><i><ins>hat</ins></i></span> <span><del>sat</del><i>·</i></span>');
  expect(html).not.toContain(hostile);
  expect(wellFormed(html)).toBe(true);
  expect(renderFigure({ kind: 'alignments', title: 'Worst', unit: 'word', utterances: [] })).toContain('no values');
});

test('a table has its cells as they are, safe to show', () => {
  const html = renderFigure({ kind: 'table', title: 'Classes', columns: ['label', 'recall'], rows: [['<b>', '5.0 %']] });
  expect(html).toContain('<th>label</th><th>recall</th>');
  expect(html).toContain('<td>&lt;b&gt;</td><td>5.0 %</td>');
  expect(renderFigure({ kind: 'table', title: 'Classes', columns: [], rows: [] })).toContain('no values');
});
