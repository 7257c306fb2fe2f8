import { type Frames, inference, type Mode, randomStream } from '@s3/interface';
import { hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import reference from '../fixtures/utterance-classifiers.json' with { type: 'json' };
import { attentivePoolingLinear } from './attentive-pooling-linear.ts';
import { deepNetClassifier } from './deep-net-classifier.ts';
import { fcnClassifier } from './fcn-classifier.ts';
import { utteranceClassifier } from './utterance-classifier.ts';

const training: Mode = { training: true, random: randomStream('test') };
const wiring = { input: { size: 6, downsampleRate: 160 }, outputSize: 3 };
const { lengths } = reference;
const longest = Math.max(...lengths);

describe('fcnClassifier', () =>
  testDownstream({ build: (input) => fcnClassifier({ input, outputSize: 3 }, { projectorSize: 4, dropout: 0 }) }));
describe('deepNetClassifier', () =>
  testDownstream({ build: (input) => deepNetClassifier({ input, outputSize: 3 }, { projectorSize: 4, dropout: 0 }) }));
describe('attentivePoolingLinear', () =>
  testDownstream({ build: (input) => attentivePoolingLinear({ input, outputSize: 3 }, { projectorSize: 4 }) }));

describe.each(reference.cases)('$name', ({ name, scale, weights, out, grads, gradInput, running }) => {
  const sizes = { projectorSize: 5, dropout: 0 };
  const config = { model: name as 'fcn', attentive: { projectorSize: 5 }, fcn: sizes, deepNet: sizes };
  const frames: Frames = { values: hashTensor({ shape: [2, longest, 6], p: 690, scale }), lengths };
  const built = () => {
    const model = utteranceClassifier(wiring, config);
    loadWeights(model, weights);
    return model;
  };

  test("has the original's weights", () => {
    expect(Object.keys(built().state().tensors).sort()).toEqual(weights.map((weight) => weight.name).sort());
  });

  test('gives in a batch what the original gives alone', () => {
    expectClose(built().forward(frames, inference), out, 2e-5);
    const noise = tf.pad(
      frames.values,
      [
        [0, 0],
        [0, 7],
        [0, 0],
      ],
      100,
    );
    expectClose(built().forward({ values: noise, lengths }, inference), out, 2e-5);
  });

  test("has the original's gradients, and statistics after a batch", () => {
    const model = built();
    const first = tf.slice(frames.values, [0, 0, 0], [1, lengths[0]!, -1]) as tf.Tensor3D;
    const target = hashTensor<tf.Tensor2D>({ shape: [1, 3], p: 691, scale: 1 });
    const loss = (values: tf.Tensor3D) => tf.sum(tf.mul(model.forward({ values, lengths: [lengths[0]!] }, training), target)) as tf.Scalar;
    const gradients = namedGradients(model, () => loss(first));
    const after = model.state().tensors;
    for (const [key, values] of Object.entries(running)) expectClose(after[key]!, values as number[]);
    for (const [key, expected] of Object.entries(grads)) {
      const gradient = gradients[key]!;
      const product = tf.mul(gradient, hashTensor({ shape: gradient.shape, p: 692, scale: 1 }));
      // a sum of values of both signs: what is lost depends on how large they are
      const size = tf.sum(tf.abs(product)).dataSync()[0]!;
      expect(Math.abs(tf.sum(product).dataSync()[0]! - expected), key).toBeLessThanOrEqual(2e-5 * size + 1e-6);
    }
    expectClose(tf.grad((x) => loss(x as tf.Tensor3D))(first), gradInput, 1e-4);
  });

  test('keeps no tensor beside its result', () => {
    const model = built();
    const before = tf.memory().numTensors;
    model.forward(frames, training).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test.each(['fcn', 'deep-net'] as const)('%s drops values in training only', (model) => {
  const built = utteranceClassifier(wiring, { model, fcn: { projectorSize: 4 }, deepNet: { projectorSize: 4 } });
  const frames: Frames = { values: hashTensor({ shape: [2, longest, 6], p: 690, scale: 1 }), lengths };
  const [first, second] = [1, 2].map((step) => built.forward(frames, { training: true, random: randomStream('step', step) }).dataSync());
  expect(second).not.toEqual(first);
});

test('says how short an utterance may be', () => {
  const fewest = (model: 'fcn' | 'deep-net' | 'attentive') => utteranceClassifier(wiring, { model }).minFrames ?? 1;
  expect([fewest('fcn'), fewest('deep-net'), fewest('attentive')]).toEqual([57, 32, 1]);
});
