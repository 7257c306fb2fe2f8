import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignTokens, countEdits, editsOf, errorRate } from './edit-counts.ts';
import reference from './fixtures/text-metrics.json' with { type: 'json' };
import { textEdits } from './text-error-rates.ts';
import { textMetrics } from './text-metrics.ts';

const digits = 8;

describe('equals S3PRL', () => {
  test.each(reference.pairs)('"$hyp" for "$ref"', ({ hyp, ref, edit_char, edit_word, cer, wer, per }) => {
    expect(editsOf(textEdits([hyp], [ref], 'character')[0]!)).toBe(edit_char);
    expect(editsOf(textEdits([hyp], [ref], 'word')[0]!)).toBe(edit_word);
    // where the original divides by zero, an empty reference counts as one token
    expect(textMetrics.cer([hyp], [ref])).toBeCloseTo(cer ?? edit_char, digits);
    expect(textMetrics.wer([hyp], [ref])).toBeCloseTo(wer, digits);
    expect(textMetrics.per([hyp], [ref])).toBeCloseTo(per, digits);
  });

  test('over a corpus', () => {
    expect(textMetrics.cer(reference.corpus.hyps, reference.corpus.refs)).toBeCloseTo(reference.corpus.cer, digits);
    expect(textMetrics.wer(reference.corpus.hyps, reference.corpus.refs)).toBeCloseTo(reference.corpus.wer, digits);
  });

  const slotNames = {
    slotTypeF1: 'slot_type_f1',
    slotValueCer: 'slot_value_cer',
    slotValueWer: 'slot_value_wer',
    slotEditF1Full: 'slot_edit_f1_full',
    slotEditF1Part: 'slot_edit_f1_part',
  } as const;
  const whereUndefined = { slotTypeF1: 1, slotValueCer: 0, slotValueWer: 0, slotEditF1Full: 1, slotEditF1Part: 1 };
  test.each(reference.slots)('slots of "$hyp" for "$ref"', ({ hyp, ref, ...values }) => {
    for (const [metric, name] of Object.entries(slotNames) as [keyof typeof slotNames, (typeof slotNames)[keyof typeof slotNames]][]) {
      expect(textMetrics[metric]([hyp], [ref]), metric).toBeCloseTo(values[name] ?? whereUndefined[metric], digits);
    }
  });

  test('slots over a corpus', () => {
    const hypotheses = reference.slots.map(({ hyp }) => hyp);
    const references = reference.slots.map(({ ref }) => ref);
    for (const [metric, name] of Object.entries(slotNames) as [keyof typeof slotNames, (typeof slotNames)[keyof typeof slotNames]][]) {
      expect(textMetrics[metric](hypotheses, references), metric).toBeCloseTo(reference.slot_corpus[name], digits);
    }
  });
});

test('values of slots may hold any character', () => {
  expect(textMetrics.slotEditF1Full(['at B-time 6:30 E-time'], ['at B-time 6:30 E-time'])).toBe(1);
  expect(textMetrics.slotValueCer(['B-a x;y E-a'], ['B-a x;z E-a'])).toBeCloseTo(1 / 3);
});

test('nothing to find is nothing wrong', () => {
  expect(textMetrics.cer([''], [''])).toBe(0);
  expect(errorRate({ substitutions: 0, deletions: 0, insertions: 2, length: 0 })).toBe(2);
  expect(textMetrics.slotTypeF1([], [])).toBe(1);
});

const tokens = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 });

test('alignments read back to both sides and have the fewest edits', () => {
  fc.assert(
    fc.property(tokens, tokens, (hypothesis, reference) => {
      const pairs = alignTokens(hypothesis, reference);
      expect(pairs.flatMap((pair) => pair.hypothesis ?? [])).toEqual(hypothesis);
      expect(pairs.flatMap((pair) => pair.reference ?? [])).toEqual(reference);
      const counts = countEdits(pairs);
      expect(counts.length).toBe(reference.length);
      expect(editsOf(counts)).toBe(distance(hypothesis, reference));
    }),
  );
});

/** Edit distance by its definition. */
function distance([head, ...rest]: readonly string[], reference: readonly string[]): number {
  if (head === undefined) return reference.length;
  const [other, ...others] = reference;
  if (other === undefined) return rest.length + 1;
  if (head === other) return distance(rest, others);
  return 1 + Math.min(distance(rest, others), distance(rest, reference), distance([head, ...rest], others));
}
