import { characterErrorRate, wordErrorRate } from './text-error-rates.ts';

/** Slot type to the values it has in one utterance, in their order. */
type Slots = ReadonlyMap<string, readonly string[]>;

/**
 * Slots of an utterance such as `from B-city new york E-city`.
 *
 * Hypotheses lose stray marks inside a value, references are taken as they are, as in S3PRL.
 */
function slotsOf(text: string, kind: 'hypothesis' | 'reference'): Slots {
  const slots = new Map<string, string[]>();
  for (const [, type, value] of text.replace(/ +/g, ' ').matchAll(/B-(\S+) (.+?) E-\1/g)) {
    const values = slots.get(type!) ?? [];
    values.push(kind === 'hypothesis' ? value!.replace(/B-(\S+) /g, '').replace(/ E-(\S+)/g, '') : value!);
    slots.set(type!, values);
  }
  return slots;
}

function slotPairs(hypotheses: readonly string[], references: readonly string[]): { hypothesis: Slots; reference: Slots }[] {
  return references.map((reference, index) => ({
    hypothesis: slotsOf(hypotheses[index]!, 'hypothesis'),
    reference: slotsOf(reference, 'reference'),
  }));
}

/**
 * F1 of the slot types of each utterance, averaged over utterances, 0..1.
 *
 * An utterance without slots in hypothesis and reference has 1. No utterances: 1.
 */
export function slotTypeF1(hypotheses: readonly string[], references: readonly string[]): number {
  const scores = slotPairs(hypotheses, references).map(({ hypothesis, reference }) => {
    if (hypothesis.size === 0 && reference.size === 0) return 1;
    const both = [...reference.keys()].filter((type) => hypothesis.has(type)).length;
    if (both === 0) return 0;
    const [precision, recall] = [both / hypothesis.size, both / reference.size];
    return (2 * precision * recall) / (precision + recall);
  });
  return scores.length === 0 ? 1 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

type ErrorRate = (hypotheses: readonly string[], references: readonly string[]) => number;

/** Each value of the references against the nearest of the same type in the hypothesis; an empty text where there is none. */
function slotValueErrorRate(hypotheses: readonly string[], references: readonly string[], rate: ErrorRate): number {
  const found: string[] = [];
  const wanted: string[] = [];
  for (const { hypothesis, reference } of slotPairs(hypotheses, references)) {
    for (const [type, values] of reference) {
      for (const value of values) {
        let [nearest, least] = ['', 100];
        for (const candidate of hypothesis.get(type) ?? []) {
          const candidateRate = rate([candidate], [value]);
          if (candidateRate < least) [nearest, least] = [candidate, candidateRate];
        }
        found.push(nearest);
        wanted.push(value);
      }
    }
  }
  return rate(found, wanted);
}

/** Character error rate of the values of slots; 0 where the references have none (S3PRL divides by zero). */
export function slotValueCer(hypotheses: readonly string[], references: readonly string[]): number {
  return slotValueErrorRate(hypotheses, references, characterErrorRate);
}

/** Word error rate of the values of slots; 0 where the references have none (S3PRL divides by zero). */
export function slotValueWer(hypotheses: readonly string[], references: readonly string[]): number {
  return slotValueErrorRate(hypotheses, references, wordErrorRate);
}

/**
 * F1 of slot values that are exactly right, over the corpus, 0..1; 1 where there are no slots (S3PRL divides by zero).
 *
 * @param count `full` counts slot types that only the hypothesis has as wrong, `part` leaves them out
 */
export function slotEditF1(hypotheses: readonly string[], references: readonly string[], count: 'full' | 'part'): number {
  let [right, missed, wrong] = [0, 0, 0];
  for (const { hypothesis, reference } of slotPairs(hypotheses, references)) {
    for (const [type, values] of reference) {
      const found = hypothesis.get(type);
      for (const value of values) {
        if (found?.includes(value)) right++;
        else {
          missed++;
          if (found) wrong++;
        }
      }
    }
    if (count === 'part') continue;
    for (const [type, values] of hypothesis) if (!reference.has(type)) wrong += values.length;
  }
  const all = 2 * right + missed + wrong;
  return all === 0 ? 1 : (2 * right) / all;
}
