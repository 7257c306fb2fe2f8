import { type Embeddings, type Frames, inference, type Mode, randomStream } from '@s3/interface';
import { hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/hear-prediction.json' with { type: 'json' };
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import { hearFramePrediction, hearPrediction } from './hear-prediction.ts';

const training: Mode = { training: true, random: randomStream('test') };
const small = { hiddenSize: 4, dropout: 0 };

describe('hearPrediction', () => testDownstream({ build: (input) => hearPrediction({ input, outputSize: 3 }, small) }));
describe('hearPrediction with layer norm and attentive statistics', () =>
  testDownstream({ build: (input) => hearPrediction({ input, outputSize: 3 }, { ...small, norm: 'layer', pooling: 'ASP' }) }));
describe('hearFramePrediction', () => testDownstream({ build: (input) => hearFramePrediction({ input, outputSize: 3 }, small) }));
describe('hearFramePrediction with norms behind the ReLU', () =>
  testDownstream({ build: (input) => hearFramePrediction({ input, outputSize: 3 }, { ...small, normAfterActivation: true }) }));

describe.each(reference.cases)('$name', ({ config, pooled, weights, out, trained, grads, gradInput, running }) => {
  const wiring = { input: { size: 6, downsampleRate: 160 }, outputSize: 3 };
  const built = () => {
    const settings = { ...(config as object), hiddenSize: reference.hiddenSize, dropout: 0 };
    const model = pooled ? hearPrediction(wiring, settings) : hearFramePrediction(wiring, settings);
    loadWeights(model, weights);
    return model;
  };
  const lengths = reference.lengths.slice(0, pooled ? 2 : 1);
  const values = hashTensor<tf.Tensor3D>({ shape: [lengths.length, reference.lengths[0]!, 6], p: 790, scale: 1.5 });
  const valuesOf = (output: Frames | Embeddings): tf.Tensor => ('values' in output ? output.values : output);

  test("has the original's weights", () => {
    expect(Object.keys(built().state().tensors).sort()).toEqual(weights.map(({ name }) => name).sort());
  });

  test("gives the original's values, gradients and statistics", () => {
    const model = built();
    expectClose(valuesOf(model.forward({ values, lengths }, inference)), out);
    const answer = (x: tf.Tensor3D) => valuesOf(model.forward({ values: x, lengths }, training));
    const target = hashTensor({ shape: answer(values).shape, p: 791, scale: 1 });
    loadWeights(model, weights);
    const loss = (x: tf.Tensor3D) => tf.sum(tf.mul(answer(x), target)) as tf.Scalar;
    expectClose(answer(values), trained);
    const after = model.state().tensors;
    for (const [key, expected] of Object.entries(running)) expectClose(after[key]!, expected as number[]);
    const gradients = namedGradients(model, () => loss(values));
    // a bias in front of a batch normalization has the gradient 0, but for rounding
    const largest = Math.max(...Object.values(grads).flatMap((one) => (one as number[]).map(Math.abs)));
    for (const [key, expected] of Object.entries(grads)) {
      const difference = tf.max(tf.abs(tf.sub(tf.reshape(gradients[key]!, [-1]), tf.tensor1d(expected as number[]))));
      expect(difference.dataSync()[0]!, key).toBeLessThan(2e-5 * largest);
    }
    // of a batch of two, batch normalization leaves differences of numbers that are nearly the same
    expectClose(tf.grad((x) => loss(x as tf.Tensor3D))(values), gradInput, 5e-4);
  });
});

test('initial weights are as wide as the gain says', () => {
  const model = hearPrediction({ input: { size: 100, downsampleRate: 160 }, outputSize: 40 }, { hiddenSize: 60, hiddenLayers: 1 });
  const widest = (name: string) => tf.max(tf.abs(model.state().tensors[name]!)).dataSync()[0]!;
  const bounds = { 'hidden.0.weight': Math.sqrt(6 / 160), 'projection.weight': Math.SQRT2 * Math.sqrt(6 / 100) };
  for (const [name, bound] of Object.entries(bounds)) {
    expect(widest(name)).toBeLessThanOrEqual(bound);
    expect(widest(name)).toBeGreaterThan(0.97 * bound);
  }
  const normal = hearPrediction(
    { input: { size: 100, downsampleRate: 160 }, outputSize: 40 },
    { hiddenSize: 60, hiddenLayers: 1, initialization: 'xavier-normal' },
  );
  const weight = normal.state().tensors['hidden.0.weight']!;
  expect(Math.sqrt(tf.moments(weight).variance.dataSync()[0]!)).toBeCloseTo(Math.sqrt(2 / 160), 2);
});

test('a batch of one utterance can be trained on', () => {
  const model = hearPrediction({ input: { size: 6, downsampleRate: 160 }, outputSize: 3 }, small);
  const output = model.forward({ values: hashTensor({ shape: [1, 4, 6], p: 1, scale: 1 }), lengths: [4] }, training);
  expect([...output.dataSync()].every(Number.isFinite)).toBe(true);
});

test('drops values in training only', () => {
  const model = hearPrediction({ input: { size: 6, downsampleRate: 160 }, outputSize: 3 }, { hiddenSize: 32, dropout: 0.5 });
  const frames: Frames = { values: hashTensor({ shape: [3, 4, 6], p: 1, scale: 1 }), lengths: [4, 4, 4] };
  const [first, second] = [1, 2].map((step) => model.forward(frames, { training: true, random: randomStream('step', step) }).dataSync());
  expect(second).not.toEqual(first);
  expect(model.forward(frames, inference).dataSync()).toEqual(model.forward(frames, inference).dataSync());
});
