import { randomStream } from '@s3/interface';
import { expect, test } from 'vitest';
import recorded from './fixtures/cross-entropy.json' with { type: 'json' };
import dtw from './fixtures/dtw.json' with { type: 'json' };
import { normalizedCrossEntropy } from './normalized-cross-entropy.ts';
import { queryScores } from './query-scores.ts';
import {
  actualTermWeightedValue,
  falseAlarmWeight,
  maximumTermWeightedValue,
  type QueryTrials,
  termCurve,
  valueAt,
} from './term-weighted-value.ts';

const costs = { targetPrior: 0.0008, missCost: 100, falseAlarmCost: 1 };
const query = (scores: readonly number[], targets: readonly number[], more: Partial<QueryTrials> = {}): QueryTrials => ({
  query: 'q',
  scores: Float64Array.from(scores),
  isTarget: scores.map((_, document) => targets.includes(document)),
  unsearchedTargets: 0,
  unsearchedNontargets: 0,
  ...more,
});

/** By the definition, for every threshold anew. */
function valueByDefinition(queries: readonly QueryTrials[], threshold: number): number {
  const beta = (1 / 100) * (1 / 0.0008 - 1);
  const values = queries.map(({ scores, isTarget, unsearchedTargets, unsearchedNontargets }) => {
    const found = Array.from(scores, (score) => score >= threshold);
    const targets = isTarget.filter(Boolean).length + unsearchedTargets;
    const nontargets = isTarget.filter((target) => !target).length + unsearchedNontargets;
    const hits = found.filter((is, document) => is && isTarget[document]).length;
    const falseAlarms = found.filter((is, document) => is && !isTarget[document]).length;
    return 1 - (targets - hits) / targets - (beta * falseAlarms) / nontargets;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('a false alarm weighs as in QUESST 2014', () => {
  // its scorer is told the prior under which both errors cost the same
  expect(1 / (1 + falseAlarmWeight(costs))).toBeCloseTo(0.0741289, 6);
});

test('perfect scores are worth 1, finding nothing 0, and one false alarm what it weighs', () => {
  const perfect = maximumTermWeightedValue(termCurve([query([3, 2, -1, -2], [0, 1])], costs));
  expect(perfect).toMatchObject({ value: 1, threshold: 2, missRate: 0, falseAlarmRate: 0 });
  const hopeless = maximumTermWeightedValue(termCurve([query([-3, 2, 1, 0], [0])], costs));
  expect(hopeless).toMatchObject({ value: 0, threshold: Number.POSITIVE_INFINITY, missRate: 1, falseAlarmRate: 0 });
  // one of a hundred others is better than it
  const many = Array.from({ length: 101 }, (_, document) => -document);
  const one = termCurve([query(many, [1])], costs);
  expect(maximumTermWeightedValue(one).value).toBeCloseTo(1 - 0.01 * falseAlarmWeight(costs), 12);
  expect(actualTermWeightedValue(one, 5).value).toBe(0);
});

test('is what the definition says at every threshold, ties and documents that were not searched among them', () => {
  const random = randomStream('trials');
  for (let round = 0; round < 20; round++) {
    const queries = Array.from({ length: 3 }, () => {
      const scores = Array.from({ length: 15 }, () => Math.round(random.normal() * 4) / 4 + 0);
      return query(scores, [0, 1 + random.integer(14)], { unsearchedTargets: random.integer(2), unsearchedNontargets: random.integer(5) });
    });
    const curve = termCurve(queries, costs);
    const thresholds = [...new Set(queries.flatMap(({ scores }) => [...scores]))].sort((one, other) => other - one);
    expect([...curve.thresholds.slice(1)]).toEqual(thresholds);
    thresholds.forEach((threshold, place) => void expect(valueAt(curve, place + 1)).toBeCloseTo(valueByDefinition(queries, threshold), 10));
    const best = Math.max(0, ...thresholds.map((threshold) => valueByDefinition(queries, threshold)));
    expect(maximumTermWeightedValue(curve).value).toBeCloseTo(best, 10);
    // found is what scores more than the threshold of a decision, not as much
    expect(actualTermWeightedValue(curve, 0.25).value).toBeCloseTo(valueByDefinition(queries, 0.25 + 1e-9), 10);
  }
});

test('queries that no document has do not count, and there has to be one that does', () => {
  const there = query([1, 0], [0]);
  const curve = termCurve([there, query([5, 5], [])], costs);
  expect([...curve.thresholds]).toEqual([...termCurve([there], costs).thresholds]);
  expect(() => termCurve([query([5, 5], [])], costs)).toThrow(/found 1 queries, none of which is in a document/);
});

test.each(recorded.cases)('cross entropy is that of numpy and scikit-learn', ({ queries, actual, least }) => {
  const trials = queries.map((one) => ({ ...one, query: 'q', scores: Float64Array.from(one.scores), isTarget: one.isTarget.map(Boolean) }));
  const found = normalizedCrossEntropy(trials, costs);
  expect(found.actual).toBeCloseTo(actual, 10);
  expect(found.least).toBeCloseTo(least, 10);
});

test("scores are S3PRL's, and 0 for a query that is too short", () => {
  dtw.scores.forEach((expected, place) => {
    queryScores(Float64Array.from(dtw.cases[0]!.costs[place]!)).forEach(
      (score, document) => void expect(score).toBeCloseTo(expected[document]!, 5),
    );
  });
  expect([...queryScores(Float64Array.of(Number.NaN, Number.NaN))]).toEqual([0, 0]);
  expect([...queryScores(Float64Array.of(3, 3))]).toEqual([0, 0]);
});
