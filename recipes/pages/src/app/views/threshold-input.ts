import { element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { meaningOf } from './verification.ts';

export interface ThresholdInput {
  readonly root: HTMLElement;
  /** undefined where there is none */
  readonly value: () => number | undefined;
  /** Asks to be told of every change. */
  readonly onChange: (told: () => void) => void;
}

/** The score from which on two recordings count as one person: that of the run's test set, or what the user says. */
export function thresholdInput({ page }: Opened): ThresholdInput {
  const listeners: (() => void)[] = [];
  const [test] = page.tests;
  const input = element('input', {
    type: 'number',
    step: 0.01,
    ...(test && { value: String(Number(test.eerThreshold.toPrecision(4))) }),
    oninput: () => {
      for (const told of listeners) told();
    },
  });
  const meaning = test
    ? meaningOf(test.eer, test.name)
    : 'No test result lies beside this checkpoint, so no threshold is known. Try pairs that you know, and write down here a score between those of one person and those of two.';
  return {
    onChange: (told) => void listeners.push(told),
    root: element(
      'details',
      { open: !test },
      element('summary', {}, 'Threshold, and what it means'),
      element('label', {}, 'Scores count as the same person from ', input),
      element('p', {}, meaning),
    ),
    value: () => (input.value === '' || !Number.isFinite(input.valueAsNumber) ? undefined : exact(input.valueAsNumber)),
  };

  /** what is shown is rounded; as long as it is not changed, the threshold is the one that was measured */
  function exact(shown: number): number {
    return test && shown === Number(test.eerThreshold.toPrecision(4)) ? test.eerThreshold : shown;
  }
}
