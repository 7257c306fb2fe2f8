import type { Computer } from '../computer.ts';
import { element, percent, shortNumber } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { knownLabels } from './known-labels.ts';
import { predictionInput } from './prediction-input.ts';

export interface Classification {
  readonly label: string;
  readonly probability?: number;
  readonly probabilities: { readonly [label: string]: number };
}

/** A label with one number: how likely it is, or how well it fits. */
export interface Scored {
  readonly label: string;
  readonly probability?: number;
  readonly score?: number;
}

const shownLabels = 10;

/** Which label a recording has, or which one of each group. */
export function classificationView(computer: Computer, opened: Opened): HTMLElement {
  const groups = (opened.encoders['groups'] ?? []) as readonly { readonly name: string }[];
  return predictionInput(computer, opened, { id: 'which-label', title: 'Which label?', about: knownLabels(opened) }, ({ prediction }) =>
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

export function isScored(prediction: unknown): prediction is Scored {
  const { label, probability, score } = (prediction ?? {}) as Partial<Scored>;
  return typeof label === 'string' && Number.isFinite(probability ?? score);
}

/** Labels, each with its own number; the highest first. */
export function scoreElements(all: readonly Scored[]): readonly HTMLElement[] {
  const values = all.map(({ label, probability, score }) => [label, probability ?? score ?? 0] as const);
  const areShares = all.every(({ probability }) => probability !== undefined) && values.every(([, value]) => value >= 0 && value <= 1);
  const [best] = [...values].sort(([, one], [, other]) => other - one);
  return [
    element('p', { class: 'verdict' }, best![0], element('small', {}, ` ${areShares ? percent(best![1]) : shortNumber(best![1])}`)),
    bars(values, areShares ? percent : shortNumber),
  ];
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
    bars(Object.entries(one.probabilities), percent),
  ]);
}

function bars(all: readonly (readonly [label: string, value: number])[], text: (value: number) => string): HTMLElement {
  const sorted = [...all].sort(([, one], [, other]) => other - one);
  const values = sorted.map(([, value]) => value);
  return element(
    'ul',
    { class: 'bars' },
    ...sorted
      .slice(0, shownLabels)
      .map(([label, value], place) =>
        element(
          'li',
          { class: place === 0 ? 'best' : '' },
          element('span', {}, label),
          element('meter', { min: Math.min(0, ...values), max: Math.max(1, ...values), value, 'aria-label': `${label}: ${text(value)}` }),
          element('span', {}, text(value)),
        ),
      ),
    sorted.length > shownLabels && element('li', {}, `and ${sorted.length - shownLabels} less likely`),
  );
}
