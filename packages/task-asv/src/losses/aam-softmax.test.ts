import { randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/aam-softmax.json' with { type: 'json' };
import { type AamSoftmaxSettings, aamSoftmax, type SubCenterAamSoftmaxSettings, subCenterAamSoftmax } from './aam-softmax.ts';

const sizes = { inputSize: 5, outputSize: 4 };
const speakers = tf.tensor1d(reference.labels, 'int32');

function build({ loss, ...settings }: (typeof reference.cases)[number]['settings']) {
  return loss === 'aamsoftmax'
    ? aamSoftmax(sizes, settings as AamSoftmaxSettings, randomStream(0))
    : subCenterAamSoftmax(sizes, settings as SubCenterAamSoftmaxSettings, randomStream(0));
}

function expectClose(actual: tf.Tensor, expected: readonly number[], relative = 2e-5): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  const allowed = relative * Math.max(...expected.map(Math.abs));
  expected.forEach((value, index) => void expect(Math.abs(values[index]! - value)).toBeLessThanOrEqual(allowed));
}

describe.each(reference.cases)('equals the recorded $name', ({ settings, embeddings, loss, predictions, ...gradients }) => {
  const module = build(settings);
  const weight = module.trainable[0] as tf.Variable<tf.Rank.R2>;
  module.loadState({ tensors: { weight: hashTensor({ shape: weight.shape, p: 7, scale: 1 }) }, values: {} });
  const x = tf.tensor2d(embeddings, [6, 5]);

  test('loss and predictions', () => {
    const out = module.forward(x, speakers);
    expectClose(out.loss, [loss]);
    if (predictions) expect([...tf.argMax(out.likeness, -1).dataSync()]).toEqual(predictions);
  });

  test('gradients', () => {
    // the weights point in the very direction of some embeddings' opposite, where sines are small and their gradient large
    expectClose(tf.grad((y) => module.forward(y as tf.Tensor2D, speakers).loss)(x), gradients.embeddingGradient, 1e-4);
    const { grads } = tf.variableGrads(() => module.forward(x, speakers).loss, [weight]);
    expectClose(grads[weight.name]!, gradients.weightGradient, 1e-4);
  });
});

test.each([
  ['plain', { loss: 'aamsoftmax', margin: 0.3, scale: 5 }],
  ['sub-centers and hard negatives', { loss: 'x', margin: 0.3, scale: 5, subCenters: 3, hardNegatives: 2, hardNegativeMargin: 0.06 }],
])('its gradient is that of finite differences: %s', (_, settings) => {
  const module = build(settings as never);
  const x = hashTensor({ shape: [6, 5], p: 3, scale: 1 }) as tf.Tensor2D;
  const lossAt = (values: Float32Array) => module.forward(tf.tensor2d(values, [6, 5]), speakers).loss.dataSync()[0]!;
  const gradient = tf
    .grad((y) => module.forward(y as tf.Tensor2D, speakers).loss)(x)
    .dataSync();
  const at = x.dataSync() as Float32Array;
  const step = 1e-2;
  for (let entry = 0; entry < at.length; entry++) {
    const [more, less] = [at.slice(), at.slice()];
    more[entry]! += step;
    less[entry]! -= step;
    // float32 and a step of 0.01 leave three digits
    expect(Math.abs((lossAt(more) - lossAt(less)) / (2 * step) - gradient[entry]!)).toBeLessThan(5e-3);
  }
});

test('an embedding along its speaker or of zeros has a finite loss and gradient', () => {
  for (const settings of [
    { loss: 'aamsoftmax', margin: 0.3, scale: 15 },
    { loss: 'x', margin: 0.3, scale: 15, subCenters: 2, hardNegatives: 5, hardNegativeMargin: 0.06 },
  ]) {
    const module = build(settings as never);
    const weight = module.trainable[0] as tf.Variable<tf.Rank.R2>;
    const along = tf.slice(weight, [0, 0], [1, 5]);
    for (const x of [along, tf.neg(along), tf.zeros([1, 5])]) {
      const of = (y: tf.Tensor) => module.forward(y as tf.Tensor2D, tf.tensor1d([0], 'int32')).loss;
      expect(of(x).dataSync().every(Number.isFinite)).toBe(true);
      expect(tf.grad(of)(x).dataSync().every(Number.isFinite)).toBe(true);
    }
  }
});
