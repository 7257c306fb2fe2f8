import type { Figure, Reduction } from '@s3/interface';
import { secondsText } from './event-lines.ts';
import { eventScore, segmentErrorRate } from './event-scores.ts';
import type { EventDecision } from './frame-events.ts';
import type { SoundEvent } from './sound-event.ts';

/** What events are judged by; HEAR's names beside them. */
export type EventMetric = 'f1Onset200ms' | 'f1Onset50ms' | 'f1OnsetOffset50ms' | 'segmentErrorRate';

/** Metrics of HEAR's events. */
export type EventLog = {
  /** F1 of events whose beginnings are within 200 ms, 0..1 (event_onset_200ms_fms) */
  readonly f1Onset200ms: number;
  /** the same within 50 ms (event_onset_50ms_fms) */
  readonly f1Onset50ms: number;
  /** and whose ends are within 50 ms or a fifth of their length (event_onset_offset_50ms_20perc_fms) */
  readonly f1OnsetOffset50ms: number;
  /** substitutions, deletions and insertions of labels in segments of 1 s, over those of the reference (segment_1s_er) */
  readonly segmentErrorRate: number;
  /** mean binary cross entropy of labels in frames, in nats */
  readonly loss: number;
  /** probability above which a label is taken to sound */
  readonly threshold: number;
  readonly medianFilterMs: number;
  readonly minDurationMs: number;
  /** events of the reference */
  readonly events: number;
};

/** Whether one value of a metric is better than another; NaN never is. */
export function isBetter(metric: EventMetric, one: number, other: number): boolean {
  if (Number.isNaN(one)) return false;
  return Number.isNaN(other) || (metric === 'segmentErrorRate' ? one < other : one > other);
}

export function eventScores(
  reference: readonly SoundEvent[],
  hypothesis: readonly SoundEvent[],
): { readonly [Metric in EventMetric]: number } {
  const offset = { seconds: 0.05, lengthShare: 0.2 };
  return {
    f1Onset200ms: eventScore(reference, hypothesis, { onsetSeconds: 0.2 }).f1,
    f1Onset50ms: eventScore(reference, hypothesis, { onsetSeconds: 0.05 }).f1,
    f1OnsetOffset50ms: eventScore(reference, hypothesis, { onsetSeconds: 0.05, offset }).f1,
    segmentErrorRate: segmentErrorRate(reference, hypothesis),
  };
}

/** The metrics, csv files and figures of a judged split. */
export function eventReport(
  loss: number,
  reference: readonly SoundEvent[],
  hypothesis: readonly SoundEvent[],
  decision: EventDecision,
  labels: readonly string[],
): Reduction<EventLog> {
  const ofLabel = labels.map((label) => {
    const [truth, given] = [reference, hypothesis].map((events) => events.filter((event) => event.label === label));
    return { label, reference: truth!.length, given: given!.length, ...eventScore(truth!, given!, { onsetSeconds: 0.2 }) };
  });
  return {
    log: { ...eventScores(reference, hypothesis), loss, ...decision, events: reference.length },
    files: {
      'events.csv': csvText([
        ['record_id', 'label', 'start_sec', 'end_sec'],
        ...hypothesis.map(({ recording, label, startSeconds, endSeconds }) => [recording, label, startSeconds, endSeconds]),
      ]),
      'labels.csv': csvText([
        ['label', 'events', 'given', 'precision', 'recall', 'f1'],
        ...ofLabel.map((one) => [one.label, one.reference, one.given, one.precision, one.recall, one.f1]),
      ]),
    },
    figures: [labelTable(ofLabel), ...timelines(reference, hypothesis)],
  };
}

const mostRows = 50;
const mostTimelines = 6;

type LabelScore = { readonly label: string; readonly reference: number; readonly given: number } & ReturnType<typeof eventScore>;

function labelTable(scores: readonly LabelScore[]): Figure {
  const percent = (share: number) => (Number.isNaN(share) ? '' : `${(100 * share).toFixed(1)} %`);
  return {
    kind: 'table',
    title: 'Events of each label, beginnings within 200 ms, the worst first',
    columns: ['label', 'events', 'given', 'precision', 'recall', 'F1'],
    rows: scores
      .filter(({ reference, given }) => reference + given > 0)
      .sort((one, other) => one.f1 - other.f1)
      .slice(0, mostRows)
      .map(({ label, reference, given, precision, recall, f1 }) => [
        label,
        String(reference),
        String(given),
        ...[precision, recall, f1].map(percent),
      ]),
  };
}

/** Reference above hypothesis, of the first recordings. */
function timelines(reference: readonly SoundEvent[], hypothesis: readonly SoundEvent[]): Figure[] {
  const names = [...new Set([...reference, ...hypothesis].map(({ recording }) => recording))].sort().slice(0, mostTimelines);
  return names.map((name): Figure => {
    const [truth, given] = [reference, hypothesis].map((events) => events.filter(({ recording }) => recording === name));
    const labels = [...new Set([...truth!, ...given!].map(({ label }) => label))].sort();
    const rows = (events: readonly SoundEvent[]) =>
      labels.map((label) => ({
        name: label,
        spans: events.filter((event) => event.label === label).map(({ startSeconds, endSeconds }) => ({ startSeconds, endSeconds })),
      }));
    return {
      kind: 'timeline',
      title: name,
      seconds: Math.max(...[...truth!, ...given!].map(({ endSeconds }) => endSeconds)),
      groups: [
        { name: 'reference', rows: rows(truth!) },
        { name: 'found', rows: rows(given!) },
      ],
    };
  });
}

/** Rows as csv text; numbers in up to 9 digits, NaN as an empty cell. */
function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : secondsText(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
