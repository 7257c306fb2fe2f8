import { hashValues } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { deviations, type FeatureMoments, joinMoments, momentsOf } from './feature-moments.ts';
import reference from './fixtures/dtw.json' with { type: 'json' };
import { comparable, type DistanceName, frameDistances } from './frame-distances.ts';
import { subsequenceDtw } from './subsequence-dtw.ts';

const { features, queryFrames, documentFrames } = reference;
const raw = recorded();

/** The frames that the costs were recorded with: the third document has the second query in it, at half the pace. */
function recorded() {
  const queries = queryFrames.map((frames, index) =>
    hashValues({ shape: [frames * features], p: 10 + index, scale: 1.5 }).map((value) => value + Math.fround(0.3)),
  );
  const documents = documentFrames.map((frames, index) => hashValues({ shape: [frames * features], p: 20 + index, scale: 1 }));
  for (let frame = 0; frame < 12; frame++) {
    const source = Math.floor(frame / 2) * features;
    for (let feature = 0; feature < features; feature++)
      documents[2]![(6 + frame) * features + feature] = queries[1]![source + feature]! * 0.9;
  }
  return { queries, documents };
}

const framesOf = (values: Float32Array) => tf.tensor2d(values, [values.length / features, features]);

async function allMoments(): Promise<FeatureMoments> {
  let all: FeatureMoments | undefined;
  for (const values of [...raw.queries, ...raw.documents]) all = joinMoments(all, await momentsOf(framesOf(values)));
  return all!;
}

test('features are normalized by the mean and deviation of queries and documents together', async () => {
  const all = await allMoments();
  all.mean.forEach((value, feature) => void expect(value).toBeCloseTo(reference.mean[feature]!, 6));
  deviations(all).forEach((value, feature) => void expect(value).toBeCloseTo(reference.deviation[feature]!, 6));
});

test.each(reference.cases)(
  'costs are those of dtw-python: $distance, features normalized $normalizeFeatures, rows $normalizeDistances',
  async (recorded) => {
    const all = await allMoments();
    const prepared = (values: Float32Array) => {
      const frames = recorded.absolute ? tf.abs(framesOf(values)) : framesOf(values);
      const normal = tf.div(tf.sub(frames, tf.tensor1d(Float32Array.from(all.mean))), tf.tensor1d(Float32Array.from(deviations(all))));
      return comparable((recorded.normalizeFeatures ? normal : frames) as tf.Tensor2D, recorded.distance as DistanceName);
    };
    const dtw = subsequenceDtw(recorded);
    const queries = tf.concat(raw.queries.map(prepared)) as tf.Tensor2D;
    // the longest first: what a matrix leaves in memory must not be read as the next one's
    for (const document of [3, 0, 2, 1]) {
      const distances = frameDistances(queries, prepared(raw.documents[document]!), recorded.distance as DistanceName);
      const costs = dtw.costs((await distances.data()) as Float32Array, queryFrames);
      costs.forEach((cost, query) => void expect(cost).toBeCloseTo(recorded.costs[query]![document]!, 5));
    }
  },
);

test('finds what is there, and a document of one frame costs what it is', () => {
  const dtw = subsequenceDtw({ normalizeDistances: false });
  // a query of two frames, which are the third and the fifth of the document
  const distances = Float32Array.of(9, 9, 0, 9, 9, 9, 9, 9, 9, 0);
  expect([...dtw.costs(distances, [2])]).toEqual([0]);
  expect([...dtw.costs(Float32Array.of(1, 2, 3, 4), [3, 1])]).toEqual([2, 4]);
});

test('a frame of zeros is at right angles to all', async () => {
  const zeros = comparable(tf.zeros([1, 3]), 'cosine');
  const ones = comparable(tf.ones([1, 3]), 'cosine');
  expect([...(await frameDistances(zeros, ones, 'cosine').data())]).toEqual([1]);
});
