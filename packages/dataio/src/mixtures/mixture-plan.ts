import type { Random } from '@s3/interface';

/** A recording of one speaker that a mixture may take. */
export interface SourceUtterance {
  readonly id: string;
  readonly path: string;
  readonly speaker: string;
  /** samples at the rate of the mixtures */
  readonly samples: number;
}

/** An utterance at its place in a mixture. */
export interface MixtureTurn {
  readonly utterance: SourceUtterance;
  readonly startSample: number;
  readonly endSample: number;
}

export interface MixtureShape {
  readonly turnsPerSpeaker: number;
  /** share of the time with speech in which more than one speaker speaks */
  readonly overlapRatio: number;
  /** mean of the pauses between turns that do not overlap */
  readonly pauseSamples: number;
}

/**
 * Who speaks when in a mixture: speakers take turns, after a pause or into the end of the others' speech.
 *
 * By chance every other turn, more of them for ratios above a quarter, overlaps by as much as brings the mixture to its ratio; pauses are
 * exponentially distributed. A speaker never overlaps themselves, so that a ratio may be out of reach, such as with one speaker. Utterances of a speaker come in random order
 * and again when there are too few.
 *
 * @param speakers the utterances of each speaker, at least one
 */
export function planMixture(
  speakers: readonly (readonly SourceUtterance[])[],
  { turnsPerSpeaker, overlapRatio, pauseSamples }: MixtureShape,
  random: Random,
): MixtureTurn[] {
  const orders = speakers.map((utterances) => random.permutation(utterances.length));
  const pause = () => Math.round(-Math.log(1 - random.uniform()) * pauseSamples);
  const turns: MixtureTurn[] = [];
  const ends = speakers.map(() => 0);
  const order = turnOrder(speakers.length, turnsPerSpeaker, random);
  order.forEach((speaker, index) => {
    const taken = order.slice(0, index).filter((other) => other === speaker).length;
    const utterances = speakers[speaker]!;
    const utterance = utterances[orders[speaker]![taken % utterances.length]!]!;
    const end = Math.max(0, ...ends);
    // drawn whether they are used or not, so that a setting does not change what comes after
    const [pauses, overlaps] = [pause(), random.uniform() < Math.max(0.5, 2 * overlapRatio)];
    let start = end + pauses;
    if (index > 0 && overlapRatio > 0 && (overlaps || index === order.length - 1)) {
      const { speech, overlap } = coverage(turns);
      const wanted = (overlapRatio * (speech + utterance.samples) - overlap) / (1 + overlapRatio);
      const possible = Math.min(utterance.samples, end - ends[speaker]!);
      if (wanted > 0 && possible > 0) start = end - Math.round(Math.min(wanted, possible));
    }
    ends[speaker] = start + utterance.samples;
    turns.push({ utterance, startSample: start, endSample: start + utterance.samples });
  });
  return turns;
}

/** Samples with speech, and of these with that of more than one. */
export function coverage(turns: readonly Pick<MixtureTurn, 'startSample' | 'endSample'>[]): { speech: number; overlap: number } {
  const changes = turns.flatMap(({ startSample, endSample }) => [
    { at: startSample, by: 1 },
    { at: endSample, by: -1 },
  ]);
  changes.sort((one, other) => one.at - other.at);
  const covered = { speech: 0, overlap: 0 };
  let speaking = 0;
  changes.forEach(({ at, by }, index) => {
    speaking += by;
    const length = (changes[index + 1]?.at ?? at) - at;
    if (speaking > 0) covered.speech += length;
    if (speaking > 1) covered.overlap += length;
  });
  return covered;
}

/** Speakers by turn: in each round all of them, nobody twice in a row unless alone. */
function turnOrder(speakers: number, rounds: number, random: Random): number[] {
  const order: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const next = random.permutation(speakers);
    if (speakers > 1 && next[0] === order.at(-1)) next.push(next.shift()!);
    order.push(...next);
  }
  return order;
}
