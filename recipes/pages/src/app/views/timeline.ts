import { duration, element, shortNumber } from '../element.ts';
import type { Segment } from './segments-in.ts';

const shownSegments = 200;
/** with more labels, segments that follow one another, as words do, share a track */
const mostTracks = 12;
/** however many labels there are */
const shownTracks = 100;

/** Segments of a recording: a track for each label, and a table that says the same. */
export function timelineElements(
  segments: readonly Segment[],
  seconds: number,
  {
    noun,
    isSaved,
    labels = [...new Set(segments.map(({ label }) => label))],
  }: {
    /** what a label is, such as `Speaker`: the table's first column */
    readonly noun: string;
    /** whether a file that can be saved has all of them */
    readonly isSaved: boolean;
    /** in the order of their tracks; as they begin unless given */
    readonly labels?: readonly string[];
  },
): readonly HTMLElement[] {
  const length = segments.reduce((longest, { endSeconds }) => Math.max(longest, endSeconds), seconds);
  const isNamed = labels.some((label) => label !== '') && (labels.length <= mostTracks || overlap(segments));
  const tracks = !isNamed
    ? [track(segments, length, ({ label }) => labels.indexOf(label))]
    : labels.slice(0, shownTracks).map((label, row) =>
        element(
          'div',
          { class: 'row' },
          element('span', { class: 'name' }, label),
          track(
            segments.filter((segment) => segment.label === label),
            length,
            () => row,
          ),
        ),
      );
  const count = `${segments.length} segment${segments.length === 1 ? '' : 's'}`;
  return [
    element(
      'div',
      {
        class: isNamed ? 'timeline' : 'timeline unnamed',
        role: 'img',
        'aria-label': `Timeline of ${count}${isNamed ? ` of ${labels.slice(0, mostTracks).join(', ')}${labels.length > mostTracks ? ` and ${labels.length - mostTracks} more` : ''}` : ''} over ${duration(length)}; the table below says the same`,
      },
      ...tracks,
      axis(length),
    ),
    ...(isNamed && labels.length > shownTracks
      ? [element('p', { class: 'about' }, `and ${labels.length - shownTracks} more labels, which are in the table`)]
      : []),
    element(
      'details',
      {},
      element('summary', {}, count),
      table(segments.slice(0, shownSegments), noun),
      segments.length > shownSegments &&
        element('p', {}, `and ${segments.length - shownSegments} more${isSaved ? ', which are in the file' : ''}`),
    ),
  ];
}

function table(segments: readonly Segment[], noun: string): HTMLElement {
  const more = [...new Set(segments.flatMap((segment) => Object.keys(segment.more)))];
  const hasLabels = segments.some(({ label }) => label !== '');
  const titles = [...(hasLabels ? [noun] : []), 'From', 'To', ...more];
  const row = ({ label, startSeconds, endSeconds, more: values }: Segment) => [
    ...(hasLabels ? [label] : []),
    `${startSeconds.toFixed(2)} s`,
    `${endSeconds.toFixed(2)} s`,
    ...more.map((name) => cellText(values[name])),
  ];
  return element(
    'div',
    { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'Segments' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...segments.map((segment) => element('tr', {}, ...row(segment).map((cell) => element('td', {}, cell))))),
    ),
  );
}

function overlap(segments: readonly Segment[]): boolean {
  const sorted = [...segments].sort((one, other) => one.startSeconds - other.startSeconds);
  return sorted.some(({ startSeconds }, place) => place > 0 && startSeconds < sorted[place - 1]!.endSeconds - 1e-3);
}

function cellText(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? shortNumber(value) : String(value);
}

/** Beginning, middle and end of the recording, below its tracks. */
function axis(seconds: number): HTMLElement {
  const times = [0, seconds / 2, seconds].map((time) => element('span', {}, duration(time)));
  return element('div', { class: 'row axis' }, element('span', { class: 'name' }), element('span', { class: 'times' }, ...times));
}

function track(segments: readonly Segment[], seconds: number, colourOf: (segment: Segment) => number): HTMLElement {
  const made = element('span', { class: 'track' });
  for (const segment of segments) {
    const { label, startSeconds, endSeconds } = segment;
    const span = element('span', { class: `span colour-${colourOf(segment) % 5}`, ...(label !== '' && { title: label }) });
    span.style.left = `${(100 * startSeconds) / seconds}%`;
    span.style.width = `${Math.max(0.1, (100 * (endSeconds - startSeconds)) / seconds)}%`;
    made.append(span);
  }
  return made;
}
