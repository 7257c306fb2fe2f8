import { randomStream } from '@s3/interface';
import { describe, expect, test } from 'vitest';
import { coverage, planMixture, type SourceUtterance } from './mixture-plan.ts';

const speakersOf = (count: number, utterances = 5): SourceUtterance[][] =>
  Array.from({ length: count }, (_, speaker) =>
    Array.from({ length: utterances }, (_, index) => ({
      id: `${speaker}-${index}`,
      path: '',
      speaker: `s${speaker}`,
      samples: 8000 + 4000 * ((speaker + 3 * index) % 7),
    })),
  );

const shape = { turnsPerSpeaker: 6, overlapRatio: 0.2, pauseSamples: 8000 };

test('everybody has their turns, and nobody speaks twice at once', () => {
  for (let seed = 0; seed < 20; seed++) {
    const turns = planMixture(speakersOf(3), { ...shape, overlapRatio: 0.6 }, randomStream(seed));
    for (const speaker of ['s0', 's1', 's2']) {
      const own = turns.filter(({ utterance }) => utterance.speaker === speaker).sort((a, b) => a.startSample - b.startSample);
      expect(own).toHaveLength(6);
      for (const [index, { startSample }] of own.entries()) expect(startSample).toBeGreaterThanOrEqual(own[index - 1]?.endSample ?? 0);
      // five utterances, six turns: all of them before one comes again
      expect(
        new Set(
          turns
            .filter(({ utterance }) => utterance.speaker === speaker)
            .slice(0, 5)
            .map(({ utterance }) => utterance.id),
        ).size,
      ).toBe(5);
    }
    for (const { utterance, startSample, endSample } of turns) expect(endSample - startSample).toBe(utterance.samples);
  }
});

describe.each([0, 0.1, 0.2, 0.4])('an overlap ratio of %d', (overlapRatio) => {
  test.each([2, 3, 5])('is come near to with %d speakers', (count) => {
    const all = Array.from({ length: 50 }, (_, seed) =>
      coverage(planMixture(speakersOf(count), { ...shape, overlapRatio }, randomStream(seed))),
    );
    const reached = all.reduce((sum, { overlap }) => sum + overlap, 0) / all.reduce((sum, { speech }) => sum + speech, 0);
    expect(Math.abs(reached - overlapRatio)).toBeLessThan(0.02);
  });
});

test('one speaker alone only pauses', () => {
  const turns = planMixture(speakersOf(1), shape, randomStream(1));
  expect(coverage(turns).overlap).toBe(0);
  expect(turns).toHaveLength(6);
});

test('pauses have the mean that was asked for', () => {
  const gaps = Array.from({ length: 100 }, (_, seed) => {
    const turns = planMixture(speakersOf(2), { ...shape, overlapRatio: 0 }, randomStream(seed));
    return turns.map(({ startSample }, index) => startSample - (turns[index - 1]?.endSample ?? 0));
  }).flat();
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  // five standard errors of an exponential distribution
  expect(Math.abs(mean - 8000)).toBeLessThan((5 * 8000) / Math.sqrt(gaps.length));
});

test('coverage counts time, whoever speaks in it', () => {
  const turn = (startSample: number, endSample: number) => ({ startSample, endSample });
  expect(coverage([turn(0, 10), turn(5, 15), turn(8, 9), turn(20, 25)])).toEqual({ speech: 20, overlap: 5 });
});
