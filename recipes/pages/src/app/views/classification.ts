import type { Computer } from '../computer.ts';
import { element, percent } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

export interface Classification {
  readonly label: string;
  readonly probability?: number;
  readonly probabilities: { readonly [label: string]: number };
}

const shownLabels = 10;

/** Which label a recording has, or which one of each group. */
export function classificationView(computer: Computer, opened: Opened): HTMLElement {
  const groups = (opened.encoders['groups'] ?? []) as readonly { readonly name: string }[];
  return predictionInput(computer, opened, { id: 'which-label', title: 'Which label?' }, ({ prediction }) =>
    labelElements(
      isClassification(prediction) ? [prediction] : (prediction as readonly Classification[]),
      groups.map(({ name }) => name),
    ),
  );
}

export function isClassification(prediction: unknown): prediction is Classification {
  const { label, probabilities } = (prediction ?? {}) as Partial<Classification>;
  return typeof label === 'string' && typeof probabilities === 'object' && probabilities !== null;
}

/**
 * Labels with their probabilities.
 *
 * @param groups what each of them is a label of, where there are several
 */
export function labelElements(classifications: readonly Classification[], groups: readonly string[] = []): readonly HTMLElement[] {
  return classifications.flatMap((one, index) => [
    ...(groups[index] === undefined ? [] : [element('h3', {}, groups[index])]),
    element(
      'p',
      { class: 'verdict' },
      one.label,
      element('small', {}, ` ${percent(one.probability ?? one.probabilities[one.label] ?? 0)}`),
    ),
    bars(one),
  ]);
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
