import { describe, expect, test } from 'vitest';
import { eventScore, segmentErrorRate } from './event-scores.ts';
import reference from './fixtures/events.json' with { type: 'json' };
import { frameEvents } from './frame-events.ts';
import type { SoundEvent } from './sound-event.ts';

interface Recorded {
  readonly label: string;
  /** milliseconds */
  readonly start: number;
  readonly end: number;
}
const eventsOf = (files: object): SoundEvent[] =>
  Object.entries(files as { readonly [recording: string]: readonly Recorded[] }).flatMap(([recording, events]) =>
    events.map(({ label, start, end }) => ({ recording, label, startSeconds: start / 1000, endSeconds: end / 1000 })),
  );

describe.each(reference.scored)('scores of events, $name', ({ reference: truth, given, scores }) => {
  const [expected, found] = [eventsOf(truth), eventsOf(given)];
  test.each([
    ['event_onset_200ms_fms', { onsetSeconds: 0.2 }],
    ['event_onset_50ms_fms', { onsetSeconds: 0.05 }],
    ['event_onset_offset_50ms_20perc_fms', { onsetSeconds: 0.05, offset: { seconds: 0.05, lengthShare: 0.2 } }],
  ] as const)('%s', (name, tolerance) => {
    const { f1, precision, recall } = eventScore(expected, found, tolerance);
    // what is NaN there for want of events is 0
    const recorded = scores[name].map((value) => value ?? 0);
    [f1, precision, recall].forEach((value, index) => void expect(value).toBeCloseTo(recorded[index]!, 12));
  });

  test('segment_1s_er', () => void expect(segmentErrorRate(expected, found)).toBeCloseTo(scores.segment_1s_er[0]!, 10));
});

test.each(reference.decisions)('frames of $msPerFrame ms, filter of $medianFilterMs ms, events of $minDurationMs ms', (recorded) => {
  const { frames, msPerFrame, values, events } = recorded;
  const sequence = { values: Float32Array.from(values), frames, features: reference.labels.length };
  const found = frameEvents(sequence, { ...recorded, threshold: 0.5 }, msPerFrame);
  const timed = found.map(({ output, first, last }) => ({
    label: reference.labels[output]!,
    start: (first + 0.5) * msPerFrame,
    end: (last + 0.5) * msPerFrame,
  }));
  expect(timed.sort((one, other) => one.start - other.start)).toEqual(events);
});

const event = (label: string, startSeconds: number, endSeconds: number): SoundEvent => ({
  recording: 'r',
  label,
  startSeconds,
  endSeconds,
});

test('matches as many as can be matched, each once', () => {
  // the first of the hypothesis is near both; the second only near the first of the reference
  const truth = [event('a', 1, 2), event('a', 1.15, 2)];
  const found = [event('a', 1.1, 2), event('a', 0.85, 2)];
  expect(eventScore(truth, found, { onsetSeconds: 0.2 })).toEqual({ f1: 1, precision: 1, recall: 1 });
  expect(eventScore(truth, [found[0]!], { onsetSeconds: 0.2 })).toEqual({ f1: 2 / 3, precision: 1, recall: 0.5 });
  expect(eventScore(truth, [event('b', 1, 2)], { onsetSeconds: 0.2 }).f1).toBe(0);
});

test('an end counts where it is asked for, and may be off by a share of the length', () => {
  const offset = { seconds: 0.05, lengthShare: 0.2 };
  const score = (end: number) => eventScore([event('a', 1, 2)], [event('a', 1, end)], { onsetSeconds: 0.05, offset }).f1;
  expect([score(2.15), score(2.25)]).toEqual([1, 0]);
});

test('says that there is nothing to score', () => {
  expect(eventScore([], [], { onsetSeconds: 0.2 }).f1).toBeNaN();
  expect(eventScore([], [event('a', 0, 1)], { onsetSeconds: 0.2 })).toMatchObject({ f1: 0, precision: 0 });
  expect(segmentErrorRate([], [event('a', 0, 1)])).toBeNaN();
});
