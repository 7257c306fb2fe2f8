import { ConfigError, type Frames, inference, WiringError } from '@s3/interface';
import { hashTensor, testFeaturizer } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/featurizer.json' with { type: 'json' };
import { weightedSum } from './weighted-sum.ts';

const specs = (count: number, size = 5, downsampleRate = 320) => Array.from({ length: count }, () => ({ size, downsampleRate }));
const shape = reference.shape as [number, number, number];
const hidden = (): tf.Tensor3D[] => reference.layers.map(({ p, scale }) => hashTensor({ shape, p, scale }));
const framesOf = (values: readonly tf.Tensor3D[]): Frames[] => values.map((layer) => ({ values: layer, lengths: reference.lengths }));

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  expected.forEach((value, index) => void expect(values[index]).toBeCloseTo(value, 5));
}

describe('keeps the contract', () => {
  describe('with all layers', () => testFeaturizer({ build: (layers) => weightedSum(layers) }));
  describe('with one layer', () => testFeaturizer({ build: (layers) => weightedSum(layers, { layerSelections: [1], normalize: true }) }));
});

test.each(reference.cases)('equals S3PRL: layers $layerSelections, normalize $normalize', (recorded) => {
  const featurizer = weightedSum(specs(3), { layerSelections: recorded.layerSelections, normalize: recorded.normalize });
  featurizer.loadState({ tensors: { weights: tf.tensor1d(recorded.weights) }, values: {} });
  const layers = hidden();

  const out = featurizer.forward(framesOf(layers), inference);
  expect(out.lengths).toEqual(reference.lengths);
  expectClose(out.values, recorded.out);

  const dy = hashTensor<tf.Tensor3D>({ shape, ...reference.upstreamGradient });
  const loss = () => tf.sum(tf.mul(featurizer.forward(framesOf(layers), inference).values, dy)) as tf.Scalar;
  const { grads } = tf.variableGrads(loss, [...featurizer.trainable] as tf.Variable[]);
  expectClose(Object.values(grads)[0]!, recorded.gradWeights);
  const gradLayer0 = tf.grad((layer0) =>
    tf.sum(tf.mul(featurizer.forward(framesOf([layer0 as tf.Tensor3D, ...layers.slice(1)]), inference).values, dy)),
  );
  expectClose(gradLayer0(layers[0]!), recorded.gradLayer0);
});

test('starts from the mean of the layers and reports a weight for each', async () => {
  const featurizer = weightedSum(specs(4), { layerSelections: [3, 1] });
  expect(await featurizer.layerWeights!()).toEqual([0, 0.5, 0, 0.5]);
  expect(Object.keys(featurizer.state().tensors)).toEqual(['weights']);
  expect(featurizer.output).toEqual({ size: 5, downsampleRate: 320 });
});

test('passes one layer through without parameters', async () => {
  const layers = hidden();
  const single = weightedSum(specs(1), { normalize: true });
  expect(single.trainable).toEqual([]);
  expect(single.layerWeights).toBeUndefined();
  expectClose(single.forward(framesOf(layers.slice(0, 1)), inference).values, [...layers[0]!.dataSync()]);

  const selected = weightedSum(specs(3), { layerSelections: [1] });
  expect(selected.state().tensors).toEqual({});
  expect(await selected.layerWeights!()).toEqual([0, 1, 0]);
  expectClose(selected.forward(framesOf(layers), inference).values, [...layers[1]!.dataSync()]);

  const normalized = weightedSum(specs(3), { layerSelections: [1], normalize: true }).forward(framesOf(layers), inference).values;
  const { mean, variance } = tf.moments(normalized, -1);
  expectClose(mean, Array(8).fill(0));
  // the epsilon of 1e-5 in the normalisation keeps it just below 1
  for (const value of variance.dataSync()) expect(Math.abs(value - 1)).toBeLessThan(1e-3);
});

test('refuses selections that make no sense, before anything runs', () => {
  expect(() => weightedSum(specs(3), { layerSelections: [0, 0] })).toThrow(ConfigError);
  expect(() => weightedSum(specs(3), { layerSelections: [-1] })).toThrow(ConfigError);
  expect(() => weightedSum(specs(3), { layerSelections: [] })).toThrow(ConfigError);
  expect(() => weightedSum(specs(3), { layerSelections: [1, 3] })).toThrow(/selects the layers 3, but the upstream has 3, with ids 0 to 2/);
  expect(() => weightedSum([])).toThrow(WiringError);
});

test('refuses layers that cannot be added, unless they are left out', () => {
  const mixed = [...specs(2), { size: 8, downsampleRate: 320 }, { size: 5, downsampleRate: 160 }];
  expect(() => weightedSum(mixed)).toThrow(
    /layer 2 has 8 features and 320 samples per frame; leave it out with weighted-sum\.layerSelections/,
  );
  expect(() => weightedSum(mixed, { layerSelections: [0, 3] })).toThrow(/layer 3 has 5 features and 160 samples/);
  expect(weightedSum(mixed, { layerSelections: [0, 1] }).output.size).toBe(5);
});

test('refuses what is no list of layers', () => {
  expect(() => weightedSum(undefined as never)).toThrow('weighted-sum is given no list of layers, but it is built from `upstream.layers`');
});

test('refuses hidden states of another upstream', () => {
  const featurizer = weightedSum(specs(3));
  const layers = framesOf(hidden());
  expect(() => featurizer.forward(layers.slice(1), inference)).toThrow(/was built for 3 layers, but it is given 2/);
  const wider = layers.map(({ values, lengths }) => ({ values: tf.concat([values, values], -1), lengths }));
  const { size } = featurizer.output;
  expect(() => featurizer.forward(wider, inference)).toThrow(
    `was built for layers of ${size} features, but it is given ${2 * size}; build it`,
  );
  const shorter = { values: tf.zeros([2, 3, 5]) as tf.Tensor3D, lengths: [3, 3] };
  expect(() => featurizer.forward([layers[0]!, layers[1]!, shorter], inference)).toThrow(/layer 2 has \[2,3,5\]/);
});

test('leaks no tensor', () => {
  const featurizer = weightedSum(specs(3), { normalize: true });
  const layers = framesOf(hidden());
  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) featurizer.forward(layers, inference).values.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
