import { ToldError } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { download, duration, element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { type PredictionSettings, predictionInput } from './prediction-input.ts';

interface Segment {
  readonly speaker: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

const shownSegments = 200;

/** Who speaks when in a recording of any length. */
export function diarizationView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(
    computer,
    opened,
    {
      id: 'who-when',
      title: 'Who speaks when?',
      settings: opened.page.speakerModel ? speakersInput(opened.page.speakerModel.name) : undefined,
    },
    ({ prediction, seconds, text }) => {
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
          axis(seconds),
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
        ...(text ? [saveButton(text)] : []),
      ];
    },
  );
}

/** How many speakers there are, where a speaker model tells them apart: the model that says who speaks when knows only some at once. */
function speakersInput(model: string): PredictionSettings {
  const input = element('input', { type: 'number', id: 'speakers', min: 1, max: 100, step: 1 });
  return {
    root: element(
      'div',
      {},
      element('label', { for: 'speakers' }, 'Speakers in the recording '),
      input,
      element('p', { class: 'about' }, `Told apart by ${model}. As many as the model hears at once, unless you say how many there are.`),
    ),
    options() {
      if (input.value === '' && input.validity.valid) return {};
      if (!input.validity.valid)
        throw new ToldError('Speakers in the recording: found no whole number from 1 to 100. Write one, or leave it empty.');
      return { speakers: input.valueAsNumber };
    },
    onChange: (told) => input.addEventListener('change', told),
  };
}

/** Beginning, middle and end of the recording, below its tracks. */
function axis(seconds: number): HTMLElement {
  const times = [0, seconds / 2, seconds].map((time) => element('span', {}, duration(time)));
  return element('div', { class: 'row axis' }, element('span', {}), element('span', { class: 'times' }, ...times));
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

const saveButton = ({ format, content }: { readonly format: string; readonly content: string }): HTMLElement =>
  element(
    'button',
    { type: 'button', onclick: () => download(`who-speaks-when.${format}`, content, 'text/plain') },
    `Save as ${format.toUpperCase()}`,
  );
