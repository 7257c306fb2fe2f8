import { type Module, moduleOf } from '@s3/interface';
import type { EventDecision } from './frame-events.ts';

/** What there is to choose from. */
export type DecisionChoices = { readonly [Name in keyof EventDecision]: readonly number[] };

/** How probabilities become events: what can be chosen, and what was; kept with the task. */
export interface ChosenDecision extends Pick<Module, 'state' | 'loadState'> {
  readonly all: readonly EventDecision[];
  readonly current: () => EventDecision;
  readonly choose: (decision: EventDecision) => void;
}

/** The first of each choice until something is chosen, and again where what was kept is no longer a choice. */
export function chosenDecision(choices: DecisionChoices): ChosenDecision {
  const all = choices.threshold.flatMap((threshold) =>
    choices.medianFilterMs.flatMap((medianFilterMs) =>
      choices.minDurationMs.map((minDurationMs): EventDecision => ({ threshold, medianFilterMs, minDurationMs })),
    ),
  );
  let current = all[0]!;
  const weightless = moduleOf({});
  return {
    all,
    current: () => current,
    choose(decision) {
      current = decision;
    },
    state: () => ({ tensors: {}, values: { ...current } }),
    loadState({ tensors, values }) {
      weightless.loadState({ tensors, values: {} });
      const { threshold, medianFilterMs, minDurationMs } = values as Partial<EventDecision>;
      if (threshold === undefined || medianFilterMs === undefined || minDurationMs === undefined) return;
      // settings that were changed since leave it no choice
      const kept = (name: keyof EventDecision, value: number) => (choices[name].includes(value) ? value : choices[name][0]!);
      current = {
        threshold: kept('threshold', threshold),
        medianFilterMs: kept('medianFilterMs', medianFilterMs),
        minDurationMs: kept('minDurationMs', minDurationMs),
      };
    },
  };
}
