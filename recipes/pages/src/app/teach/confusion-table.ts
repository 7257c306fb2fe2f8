import { element } from '../element.ts';
import type { HeldOut } from './protocol.ts';

/** What the recordings kept out were taken for, a row for each class. */
export function confusionTable(labels: readonly string[], heldOut: readonly HeldOut[]): HTMLElement {
  const counted = (label: string, prediction: string) =>
    heldOut.filter((recording) => recording.label === label && recording.prediction === prediction).length;
  return element(
    'div',
    { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'What the recordings kept out were taken for' },
    element(
      'table',
      { class: 'confusion' },
      element('caption', {}, 'Recordings that were kept out of training: what they are, and what they were taken for'),
      element('thead', {}, element('tr', {}, element('td', {}), ...labels.map((label) => element('th', { scope: 'col' }, label)))),
      element(
        'tbody',
        {},
        ...labels.map((label) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, label),
            ...labels.map((prediction) => {
              const count = counted(label, prediction);
              const kind = count === 0 ? 'none' : label === prediction ? 'right' : 'wrong';
              return element('td', { class: kind }, String(count));
            }),
          ),
        ),
      ),
    ),
  );
}
