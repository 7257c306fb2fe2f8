import type { Computer } from '../computer.ts';
import { element, shortNumber } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

export interface Hypothesis {
  readonly text: string;
  readonly score?: number;
}

/** What is said in a recording: a text, or the likeliest texts. */
export function transcriptionView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(computer, opened, { id: 'what-is-said', title: 'What is said?' }, ({ prediction }) =>
    textElements(typeof prediction === 'string' ? [{ text: prediction }] : (prediction as readonly Hypothesis[])),
  );
}

/** A text, and others that are likely. */
export function textElements([best, ...others]: readonly Hypothesis[]): readonly HTMLElement[] {
  return [
    best?.text ? element('p', { class: 'verdict transcript' }, best.text) : element('p', {}, 'Nothing was understood: the text is empty.'),
    ...(others.length > 0
      ? [
          element('p', {}, 'Others that are likely:'),
          element(
            'ol',
            { start: 2 },
            ...others.map(({ text, score }) => element('li', {}, text, score !== undefined && ` (${shortNumber(score)})`)),
          ),
        ]
      : []),
  ];
}
