import type { Computer } from '../computer.ts';
import { element, percent } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

interface Classification {
  readonly label: string;
  readonly probability: number;
  readonly probabilities: { readonly [label: string]: number };
}

const shownLabels = 10;

/** Which label a recording has, or which one of each group. */
export function classificationView(computer: Computer, opened: Opened): HTMLElement {
  const groups = (opened.encoders['groups'] ?? []) as readonly { readonly name: string }[];
  return predictionInput(computer, opened, { id: 'which-label', title: 'Which label?' }, ({ prediction }) =>
    (Array.isArray(prediction) ? (prediction as Classification[]) : [prediction as Classification]).flatMap((one, index) => [
      ...(groups[index] ? [element('h3', {}, groups[index].name)] : []),
      element('p', { class: 'verdict' }, one.label, element('small', {}, ` ${percent(one.probability)}`)),
      bars(one),
    ]),
  );
}

function bars({ label: best, probabilities }: Classification): HTMLElement {
  const sorted = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  return element(
    'ul',
    { class: 'bars' },
    ...sorted
      .slice(0, shownLabels)
      .map(([label, probability]) =>
        element(
          'li',
          { class: label === best ? 'best' : '' },
          element('span', {}, label),
          element('meter', { min: 0, max: 1, value: probability, 'aria-label': `Probability of ${label}` }),
          element('span', {}, percent(probability)),
        ),
      ),
    sorted.length > shownLabels && element('li', {}, `and ${sorted.length - shownLabels} less likely`),
  );
}
