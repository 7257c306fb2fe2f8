import { InputError } from '@s3/interface';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/eer-mindcf.json' with { type: 'json' };
import { equalErrorRate } from './equal-error-rate.ts';
import { minDetectionCost } from './min-detection-cost.ts';

describe.each(reference.cases)('equals S3PRL: $name', ({ labels, scores, eer, minDcf001, minDcf005 }) => {
  const highest = Math.max(...scores);

  test('equal error rate', () => {
    const ours = equalErrorRate(scores, labels);
    expect(ours.eer).toBeCloseTo(eer.eer, 8);
    expect(ours.threshold).toBeCloseTo(eer.threshold === 'Infinity' ? highest : Number(eer.threshold), 8);
  });

  test.each([
    [0.01, minDcf001],
    [0.05, minDcf005],
  ])('minimum detection cost at prior %d', (targetPrior, recorded) => {
    const ours = minDetectionCost(scores, labels, { targetPrior });
    expect(ours.minDcf).toBeCloseTo(recorded.minDCF, 8);
    if (recorded.threshold !== 'Infinity') expect(ours.threshold).toBe(Number(recorded.threshold));
    else {
      expect(ours.threshold).toBeGreaterThan(highest);
      expect(ours.threshold).toBeCloseTo(highest, 5);
    }
  });
});

// Four trials by hand: two of one speaker (1), two of two (0), from the highest score down.
test.each([
  [[1, 1, 0, 0], 0],
  [[1, 0, 1, 0], 0.5],
  [[1, 0, 0, 1], 0.5],
  [[0, 1, 1, 0], 0.5],
  [[0, 1, 0, 1], 0.5],
  [[0, 0, 1, 1], 1],
])('equal error rate of %j is %d', (labels, eer) => {
  expect(equalErrorRate([4, 3, 2, 1], labels).eer).toBe(eer);
});

// integers, so that ties are frequent
const trials = fc
  .array(fc.record({ score: fc.integer({ min: -6, max: 6 }), label: fc.boolean() }), { minLength: 2, maxLength: 30 })
  .filter((list) => list.some(({ label }) => label) && list.some(({ label }) => !label));
type Trials = { score: number; label: boolean }[];
const scoresOf = (list: Trials) => list.map(({ score }) => score);
const labelsOf = (list: Trials) => list.map(({ label }) => label);
/** Misses and false alarms when scores from the threshold on are accepted, counted one by one. */
function ratesAt(list: Trials, threshold: number): { miss: number; falseAlarm: number } {
  const share = (part: Trials, wrong: (score: number) => boolean) => part.filter(({ score }) => wrong(score)).length / part.length;
  return {
    miss: share(
      list.filter(({ label }) => label),
      (score) => score < threshold,
    ),
    falseAlarm: share(
      list.filter(({ label }) => !label),
      (score) => score >= threshold,
    ),
  };
}
const allThresholds = (list: Trials) => [...new Set(scoresOf(list)), Number.POSITIVE_INFINITY];

describe('for any trials', () => {
  test('the equal error rate lies between the rates of neighbouring thresholds', () => {
    fc.assert(
      fc.property(trials, (list) => {
        const { eer, threshold } = equalErrorRate(scoresOf(list), labelsOf(list));
        expect(Number.isFinite(threshold)).toBe(true);
        const rates = allThresholds(list).map((at) => ratesAt(list, at));
        const least = Math.min(...rates.map(({ miss, falseAlarm }) => Math.max(miss, falseAlarm)));
        const most = Math.max(...rates.map(({ miss, falseAlarm }) => Math.min(miss, falseAlarm)));
        expect(eer).toBeLessThanOrEqual(least + 1e-12);
        expect(eer).toBeGreaterThanOrEqual(most - 1e-12);
      }),
    );
  });

  test('the minimum detection cost is the least over all thresholds, and its threshold has it', () => {
    fc.assert(
      fc.property(trials, fc.constantFrom(0.01, 0.05, 0.5, 0.9), fc.constantFrom(1, 10), (list, targetPrior, missCost) => {
        const costAt = (threshold: number) => {
          const { miss, falseAlarm } = ratesAt(list, threshold);
          return (missCost * targetPrior * miss + (1 - targetPrior) * falseAlarm) / Math.min(missCost * targetPrior, 1 - targetPrior);
        };
        const { minDcf, threshold } = minDetectionCost(scoresOf(list), labelsOf(list), { targetPrior, missCost });
        expect(minDcf).toBeCloseTo(Math.min(...allThresholds(list).map(costAt)), 10);
        expect(Number.isFinite(threshold)).toBe(true);
        expect(costAt(threshold)).toBeCloseTo(minDcf, 10);
      }),
    );
  });

  test('only the order of scores counts, not their scale nor the order of trials', () => {
    fc.assert(
      fc.property(trials, (list) => {
        const { eer } = equalErrorRate(scoresOf(list), labelsOf(list));
        const { minDcf } = minDetectionCost(scoresOf(list), labelsOf(list), { targetPrior: 0.01 });
        const bent = [...list].reverse().map(({ score, label }) => ({ score: Math.exp(score / 2) - 3, label }));
        expect(equalErrorRate(scoresOf(bent), labelsOf(bent)).eer).toBeCloseTo(eer, 12);
        expect(minDetectionCost(scoresOf(bent), labelsOf(bent), { targetPrior: 0.01 }).minDcf).toBe(minDcf);
      }),
    );
  });

  test('scores and labels upside down give the same equal error rate', () => {
    fc.assert(
      fc.property(trials, (list) => {
        const turned = list.map(({ score, label }) => ({ score: -score, label: !label }));
        const { eer } = equalErrorRate(scoresOf(list), labelsOf(list));
        expect(equalErrorRate(scoresOf(turned), labelsOf(turned)).eer).toBeCloseTo(eer, 12);
      }),
    );
  });
});

test('reads typed arrays of a hundred thousand trials', () => {
  const scores = Float64Array.from({ length: 100_000 }, (_, trial) => Math.sin(trial * 12.9898));
  const labels = Uint8Array.from(scores, (score, trial) => (score + Math.sin(trial * 78.233) > 0 ? 1 : 0));
  const { eer } = equalErrorRate(scores, labels);
  expect(eer).toBeGreaterThan(0.2);
  expect(eer).toBeLessThan(0.3);
});

test('refuses what has no error rate', () => {
  expect(() => equalErrorRate([0.1, 0.2], [1, 1])).toThrow(
    /2 trials, all of one speaker; expected trials of one speaker and trials of two/,
  );
  expect(() => equalErrorRate([0.1, 0.2], [0, 0])).toThrow(/all of two speakers/);
  expect(() => equalErrorRate([], [])).toThrow(InputError);
  expect(() => equalErrorRate([0.1, Number.NaN], [0, 1])).toThrow(/trial 1: found the score NaN/);
  expect(() => equalErrorRate([0.1], [0, 1])).toThrow(/1 scores and 2 labels/);
  expect(() => minDetectionCost([0.1, 0.2], [0, 1], { targetPrior: 1 })).toThrow(/targetPrior 1/);
});
