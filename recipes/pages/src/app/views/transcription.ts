import type { Computer } from '../computer.ts';
import { element, shortNumber } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

/** What is said in a recording: a text, or the likeliest texts. */
export function transcriptionView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(computer, opened, { id: 'what-is-said', title: 'What is said?' }, ({ prediction }) => {
    const texts = typeof prediction === 'string' ? [{ text: prediction }] : (prediction as readonly { text: string; score?: number }[]);
    const [best, ...others] = texts;
    return [
      best?.text
        ? element('p', { class: 'verdict transcript' }, best.text)
        : element('p', {}, 'Nothing was understood: the text is empty.'),
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
  });
}
