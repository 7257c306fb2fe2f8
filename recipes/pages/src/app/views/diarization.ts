import type { Computer } from '../computer.ts';
import { duration, element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

interface Segment {
  readonly speaker: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

const shownSegments = 200;

/** Who speaks when in a recording of any length. */
export function diarizationView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(computer, opened, { id: 'who-when', title: 'Who speaks when?' }, ({ prediction, seconds, text }) => {
    const segments = prediction as readonly Segment[];
    if (segments.length === 0) return [element('p', { class: 'verdict' }, 'Nobody speaks in this recording.')];
    const speakers = [...new Set(segments.map(({ speaker }) => speaker))].sort();
    const name = (speaker: string) => `Speaker ${speakers.indexOf(speaker) + 1}`;
    const spoken = (speaker: string) =>
      segments
        .filter((segment) => segment.speaker === speaker)
        .reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
    return [
      element('p', { class: 'verdict' }, `${speakers.length} speaker${speakers.length === 1 ? '' : 's'}`),
      element(
        'div',
        {
          class: 'timeline',
          role: 'img',
          'aria-label': `Timeline of ${speakers.length} speakers over ${duration(seconds)}; the table below says the same`,
        },
        ...speakers.map((speaker, row) =>
          element(
            'div',
            { class: 'row' },
            element('span', { class: 'name' }, name(speaker)),
            track(
              segments.filter((segment) => segment.speaker === speaker),
              seconds,
              row,
            ),
          ),
        ),
      ),
      element('p', { class: 'about' }, speakers.map((speaker) => `${name(speaker)}: ${duration(spoken(speaker))}`).join('; ')),
      element(
        'details',
        {},
        element('summary', {}, `${segments.length} segments`),
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, ...['Speaker', 'From', 'To'].map((title) => element('th', { scope: 'col' }, title)))),
          element(
            'tbody',
            {},
            ...segments
              .slice(0, shownSegments)
              .map(({ speaker, startSeconds, endSeconds }) =>
                element(
                  'tr',
                  {},
                  element('td', {}, name(speaker)),
                  element('td', {}, `${startSeconds.toFixed(2)} s`),
                  element('td', {}, `${endSeconds.toFixed(2)} s`),
                ),
              ),
          ),
        ),
        segments.length > shownSegments && element('p', {}, `and ${segments.length - shownSegments} more, which are in the file`),
      ),
      ...(text ? [download(text)] : []),
    ];
  });
}

function track(segments: readonly Segment[], seconds: number, row: number): HTMLElement {
  const made = element('span', { class: 'track' });
  for (const { startSeconds, endSeconds } of segments) {
    const span = element('span', { class: `span speaker-${row % 5}` });
    span.style.left = `${(100 * startSeconds) / seconds}%`;
    span.style.width = `${Math.max(0.1, (100 * (endSeconds - startSeconds)) / seconds)}%`;
    made.append(span);
  }
  return made;
}

function download({ format, content }: { readonly format: string; readonly content: string }): HTMLElement {
  const save = () => {
    const address = URL.createObjectURL(new Blob([content], { type: 'text/plain' }));
    element('a', { href: address, download: `who-speaks-when.${format}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return element('button', { type: 'button', onclick: save }, `Save as ${format.toUpperCase()}`);
}
