import { type Featurizer, moduleOf, WiringError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { featureExtractor } from './feature-extractor.ts';
import { toyUpstream, waveformsOf } from './fixtures/toy-upstream.ts';

const utterances = [
  { id: 'long', first: 0, samples: 12 },
  { id: 'short', first: 100, samples: 9 },
];
const sum: Featurizer = {
  ...moduleOf({}),
  output: { size: 4, downsampleRate: 4 },
  forward: (layers) => ({ values: tf.addN(layers.map(({ values }) => values)), lengths: layers[0]!.lengths }),
};
const plain = (arrays: readonly { readonly [name: string]: { readonly shape: readonly number[]; readonly values: Float32Array } }[]) =>
  arrays.map((one) => Object.fromEntries(Object.entries(one).map(([name, { shape, values }]) => [name, { shape, values: [...values] }])));
const range = (from: number, count: number, factor = 1) => Array.from({ length: count }, (_, index) => factor * (from + index));

test('all hidden states, padding cut off', async () => {
  const extractor = featureExtractor({ upstream: toyUpstream() });
  expect(plain(await extractor.extract(waveformsOf(utterances)))).toEqual([
    { hidden_states: { shape: [2, 3, 4], values: [...range(0, 12), ...range(0, 12, 2)] } },
    { hidden_states: { shape: [2, 2, 4], values: [...range(100, 8), ...range(100, 8, 2)] } },
  ]);
  expect(extractor.description).toEqual({ content: 'hidden-states', layers: [0, 1] });
});

test('chosen layers, means and the featurized sequence', async () => {
  const of = (config: object) => featureExtractor({ upstream: toyUpstream(), featurizer: sum }, config);
  const second = plain(await of({ layers: [1] }).extract(waveformsOf(utterances)))[1];
  expect(second).toEqual({ hidden_states: { shape: [1, 2, 4], values: range(100, 8, 2) } });
  const means = plain(await of({ content: 'means' }).extract(waveformsOf(utterances)))[1];
  expect(means).toEqual({ means: { shape: [2, 4], values: [...range(102, 4), ...range(102, 4, 2)] } });
  const featurized = plain(await of({ content: 'featurized' }).extract(waveformsOf(utterances)))[1];
  expect(featurized).toEqual({ features: { shape: [2, 4], values: range(100, 8, 3) } });
});

test('layers of other sizes become arrays of their own', async () => {
  const upstream = toyUpstream([
    { size: 4, downsampleRate: 4 },
    { size: 3, downsampleRate: 3 },
  ]);
  const [long] = await featureExtractor({ upstream }).extract(waveformsOf(utterances));
  expect(Object.entries(long!).map(([name, { shape }]) => [name, shape])).toEqual([
    ['hidden_states_0', [3, 4]],
    ['hidden_states_1', [4, 3]],
  ]);
});

test('leaves no tensor behind', async () => {
  const waveforms = waveformsOf(utterances);
  for (const content of ['hidden-states', 'featurized', 'means'] as const) {
    const extractor = featureExtractor({ upstream: toyUpstream(), featurizer: sum }, { content });
    const before = tf.memory().numTensors;
    await extractor.extract(waveforms);
    expect(tf.memory().numTensors, content).toBe(before);
  }
});

test('refuses what there is not', () => {
  expect(() => featureExtractor({ upstream: toyUpstream() }, { layers: [0, 2] })).toThrow(
    'upstream has the layers 0 to 1, but layer 2 is to be kept',
  );
  expect(() => featureExtractor({ upstream: toyUpstream() }, { content: 'featurized' })).toThrow(WiringError);
});
