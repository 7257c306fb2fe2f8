import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/scoring-chain.json' with { type: 'json' };
import { equalErrorRate } from '../metrics/equal-error-rate.ts';
import { minDetectionCost } from '../metrics/min-detection-cost.ts';
import { calibrate, learnCalibration } from './calibration.ts';
import { asNorm, cohortOf, cohortStatistics } from './cohort.ts';
import type { Embedding } from './embedding-rows.ts';
import { qualityMeasures } from './quality-measures.ts';
import { scoreTrials } from './score-trials.ts';

const mapOf = <Value>(record: { readonly [id: string]: Value }) => new Map(Object.entries(record));
const embeddings = mapOf<Embedding>(reference.embeddings);
const firstSegments = new Map(Object.entries(reference.embeddings).map(([id, segments]) => [id, segments[0]!]));
const cohort = mapOf(reference.cohort);
const speakers = mapOf(reference.speakers);
const ids = [...embeddings.keys()];
const trials = reference.trials.map(([enroll, test, label]) => ({ enroll: String(enroll), test: String(test), sameSpeaker: label === 1 }));

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => void expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value))));
}

describe('equals ESPnet', () => {
  const { espnet } = reference;

  test('segment scores by distance, read from the matrix and trial by trial', () => {
    const before = tf.memory().numTensors;
    expectClose(scoreTrials(trials, embeddings, { scoring: 'euclidean' }), espnet.scores);
    const few = [trials[5]!, trials[9]!];
    expectClose(scoreTrials(few, embeddings, { scoring: 'euclidean' }), [espnet.scores[5]!, espnet.scores[9]!]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([
    ['averaged over speakers', cohortOf(cohort, speakers), espnet.asNormTopK, espnet.asNorm],
    ['one by one', cohortOf(cohort), 5, espnet.asNormOfUtterances],
  ])('AS-norm with a cohort %s', (_, given, topK, expected) => {
    const before = tf.memory().numTensors;
    const statistics = cohortStatistics(ids, embeddings, given, { topK, scoring: 'euclidean' });
    expect(tf.memory().numTensors).toBe(before);
    // differences of single precision, divided by a small deviation
    expectClose(asNorm(trials, espnet.scores, statistics), expected, 1e-3);
  });

  test('calibration on quality measures', () => {
    const quality = qualityMeasures(ids, { embeddings, seconds: mapOf(reference.seconds) });
    expect(quality.names.length).toBe(4 + 6);
    const odds = calibrate(trials, espnet.asNorm, quality, learnCalibration(trials, espnet.asNorm, quality));
    expectClose(odds, espnet.logOdds, 1e-4);
    expectClose(
      [...odds].map((value) => 1 / (1 + Math.exp(-value))),
      espnet.probabilities,
      1e-4,
    );
  });
});

test("equals speechbrain's cosine and s-norm", () => {
  const { speechbrain } = reference;
  const scores = scoreTrials(trials, firstSegments);
  expectClose(scores, speechbrain.scores);
  const statistics = cohortStatistics(ids, firstSegments, cohortOf(cohort), { topK: speechbrain.topK });
  expectClose(asNorm(trials, scores, statistics), speechbrain.sNorm, 1e-3);
});

test('cosine of segments is the mean over all pairs', () => {
  const [trial] = trials;
  const unit = (vector: readonly number[]) => vector.map((value) => value / Math.hypot(...vector));
  const [one, other] = [trial!.enroll, trial!.test].map((id) => (embeddings.get(id) as readonly (readonly number[])[]).map(unit));
  const cosines = one!.flatMap((a) => other!.map((b) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)));
  expect(scoreTrials([trial!], embeddings)[0]).toBeCloseTo(cosines.reduce((sum, value) => sum + value) / cosines.length, 6);
});

describe.each(reference.errorRates)(
  'error rates of $name',
  ({ scores, labels, espnetEer, speechbrainEer, speechbrainThreshold, minDcf }) => {
    test("ESPnet's and speechbrain's equal error rate", () => {
      // ESPnet's in per cent
      expect(equalErrorRate(scores, labels, { definition: 'espnet' }).eer * 100).toBeCloseTo(espnetEer, 6);
      const ours = equalErrorRate(scores, labels, { definition: 'speechbrain' });
      expect(ours.eer).toBeCloseTo(speechbrainEer, 6);
      // trials above the threshold are accepted; speechbrain may give a place between two scores that accepts the same
      const above = (threshold: number) => scores.filter((score) => score > threshold).length;
      expect(above(ours.threshold)).toBe(above(speechbrainThreshold));
    });

    test('least detection cost', () => {
      for (const [prior, recorded] of Object.entries(minDcf)) {
        const ours = minDetectionCost(scores, labels, { targetPrior: Number(prior) });
        expect(ours.cost).toBeCloseTo(recorded.speechbrain, 6);
        expect(ours.minDcf).toBeCloseTo(recorded.espnet, 6);
      }
    });
  },
);

describe('refuses', () => {
  test('a cohort smaller than topK, and a topK without deviation', () => {
    const few = cohortOf(cohort, speakers);
    expect(() => cohortStatistics(ids, embeddings, few, { topK: 7 })).toThrow(/topK: found 7, but a cohort of 6; .*Set topK to 6 or less/);
    expect(() => cohortStatistics(ids, embeddings, few, { topK: 1 })).toThrow(InputError);
    expect(() => cohortOf(new Map())).toThrow(/no utterances/);
    expect(() => cohortOf(cohort, new Map([['c0', 's0']]))).toThrow(/11 without a speaker: c1, c2/);
  });

  test('a cohort of one recording', () => {
    const same = cohortOf(new Map(['a', 'b', 'c'].map((id) => [id, [1, 2, 3, 4, 5, 6]])));
    expect(() => cohortStatistics(ids, embeddings, same, { topK: 3 })).toThrow(/3 equal scores/);
  });

  test('utterances that are not known, all of them', () => {
    const statistics = () => cohortStatistics(['x', 'u0', 'y'], embeddings, cohortOf(cohort), { topK: 3 });
    expect(statistics).toThrow(/2 utterances without an embedding: 'x', 'y'/);
    expect(() => qualityMeasures(ids, { embeddings, seconds: new Map([['u0', 1]]) })).toThrow(/7 utterances without a duration: u1, u2/);
  });

  test('calibration trials of one kind, and measures that are not finite', () => {
    const quality = qualityMeasures(ids, { embeddings });
    const same = trials.filter(({ sameSpeaker }) => sameSpeaker);
    expect(() =>
      learnCalibration(
        same,
        same.map(() => 1),
        quality,
      ),
    ).toThrow(/all of one speaker/);
    expect(() =>
      learnCalibration(
        trials,
        trials.map(() => Number.NaN),
        quality,
      ),
    ).toThrow(/calibration trial 0: found NaN/);
  });

  test('utterances of another number of segments or features', () => {
    const mixed = new Map<string, Embedding>([...embeddings, ['u1', [[1, 2, 3, 4, 5, 6]]]]);
    expect(() => scoreTrials(trials, mixed)).toThrow(/'u1': found 1 segments; expected 3/);
  });
});
