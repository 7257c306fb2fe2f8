import { groupEvents, type SoundEvent } from './sound-event.ts';

/** When an event counts as found. */
export interface EventTolerance {
  /** seconds that the beginnings may differ by */
  readonly onsetSeconds: number;
  /** the ends count too: they may differ by this many seconds, or this share of the reference's length if that is more */
  readonly offset?: { readonly seconds: number; readonly lengthShare: number };
}

/** Which share of the events was found, and which share of those found is right. */
export interface EventScore {
  /** harmonic mean of the two, 0..1; NaN where nothing is in the reference nor found */
  readonly f1: number;
  /** share of the events given that are right; 0 where none is given */
  readonly precision: number;
  /** share of the reference's events that are found; NaN where it has none */
  readonly recall: number;
}

/**
 * How many events are found, each of the reference at most once: F1 over all recordings and labels together.
 *
 * As `EventBasedMetrics` of sed_eval with its optimal matching. Without any event given, precision and F1 are 0; sed_eval has NaN.
 *
 * Mesaros et al., "Metrics for Polyphonic Sound Event Detection", 2016.
 */
export function eventScore(reference: readonly SoundEvent[], hypothesis: readonly SoundEvent[], tolerance: EventTolerance): EventScore {
  const keyOf = ({ recording, label }: SoundEvent) => `${recording}\u0000${label}`;
  const given = groupEvents(hypothesis, keyOf);
  let right = 0;
  for (const [key, events] of groupEvents(reference, keyOf)) right += matches(events, given.get(key) ?? [], tolerance);
  const recall = right / reference.length;
  if (hypothesis.length === 0) return { f1: reference.length > 0 ? 0 : Number.NaN, precision: 0, recall };
  return { f1: (2 * right) / (reference.length + hypothesis.length), precision: right / hypothesis.length, recall };
}

/** The most pairs of one event each that are within the tolerance (Kuhn's augmenting paths over the few that are near). */
function matches(reference: readonly SoundEvent[], hypothesis: readonly SoundEvent[], { onsetSeconds, offset }: EventTolerance): number {
  const sorted = [...hypothesis].sort((one, other) => one.startSeconds - other.startSeconds);
  const near = [...reference]
    .sort((one, other) => one.startSeconds - other.startSeconds)
    .map((event) => {
      const allowed = offset && Math.max(offset.seconds, offset.lengthShare * (event.endSeconds - event.startSeconds));
      const candidates: number[] = [];
      for (let index = firstFrom(sorted, event.startSeconds - onsetSeconds - 1e-6); index < sorted.length; index++) {
        const { startSeconds, endSeconds } = sorted[index]!;
        if (startSeconds - event.startSeconds > onsetSeconds + 1e-6) break;
        const begins = Math.abs(event.startSeconds - startSeconds) <= onsetSeconds;
        if (begins && (allowed === undefined || Math.abs(event.endSeconds - endSeconds) <= allowed)) candidates.push(index);
      }
      return candidates;
    });
  const owner = new Map<number, number>();
  const claim = (event: number, visited: Set<number>): boolean =>
    near[event]!.some((candidate) => {
      if (visited.has(candidate)) return false;
      visited.add(candidate);
      const other = owner.get(candidate);
      if (other !== undefined && !claim(other, visited)) return false;
      owner.set(candidate, event);
      return true;
    });
  return near.reduce((count, _, event) => count + (claim(event, new Set()) ? 1 : 0), 0);
}

/** Index of the first event that begins at this time or later. */
function firstFrom(sorted: readonly SoundEvent[], seconds: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.startSeconds < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Error rate over segments of time: substitutions, deletions and insertions of labels over the labels of the reference.
 *
 * A label is active in a segment that an event of it touches. Each recording is judged up to the end of its last event. As
 * `SegmentBasedMetrics` of sed_eval; NaN for a reference without events.
 *
 * @param segmentSeconds length of a segment
 */
export function segmentErrorRate(reference: readonly SoundEvent[], hypothesis: readonly SoundEvent[], segmentSeconds = 1): number {
  const truth = groupEvents(reference, ({ recording }) => recording);
  const given = groupEvents(hypothesis, ({ recording }) => recording);
  let [errors, total] = [0, 0];
  for (const recording of new Set([...truth.keys(), ...given.keys()])) {
    const expected = activeLabels(truth.get(recording) ?? [], segmentSeconds);
    const found = activeLabels(given.get(recording) ?? [], segmentSeconds);
    for (const segment of new Set([...expected.keys(), ...found.keys()])) {
      const [here, there] = [expected.get(segment) ?? new Set(), found.get(segment) ?? new Set()];
      const right = [...here].filter((label) => there.has(label)).length;
      // substitutions, and what is left over on one side
      errors += Math.max(here.size, there.size) - right;
      total += here.size;
    }
  }
  return total > 0 ? errors / total : Number.NaN;
}

function activeLabels(events: readonly SoundEvent[], segmentSeconds: number): Map<number, Set<string>> {
  const active = new Map<number, Set<string>>();
  for (const { label, startSeconds, endSeconds } of events) {
    const end = Math.ceil(endSeconds / segmentSeconds);
    for (let segment = Math.floor(startSeconds / segmentSeconds); segment < end; segment++) {
      const labels = active.get(segment);
      if (labels) labels.add(label);
      else active.set(segment, new Set([label]));
    }
  }
  return active;
}
