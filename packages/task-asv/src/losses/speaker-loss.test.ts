import { randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import reference from '../fixtures/speaker-loss.json' with { type: 'json' };
import { amSoftmax } from './am-softmax.ts';
import { softmax } from './softmax.ts';
import type { SpeakerLoss } from './speaker-loss.ts';

function expectClose(actual: tf.Tensor, expected: readonly number[]): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  const allowed = 1e-5 * Math.max(...expected.map(Math.abs));
  expected.forEach((value, index) => void expect(Math.abs(values[index]! - value)).toBeLessThanOrEqual(allowed));
}

const sizes = { inputSize: 5, outputSize: 4 };
const weights = (recorded: readonly { name: string; shape: number[]; p: number; scale: number }[]) =>
  Object.fromEntries(recorded.map((weight) => [weight.name, hashTensor(weight)]));
const inputGradient = (loss: SpeakerLoss, labels: number[]) =>
  tf.grad((x) => loss.forward(x as tf.Tensor2D, tf.tensor1d(labels, 'int32')).loss);

test.each(reference.cases)('equals S3PRL: $name', (recorded) => {
  const random = randomStream(0);
  const { margin = 0, scale = 1, labels } = recorded;
  const loss = recorded.loss === 'amsoftmax' ? amSoftmax(sizes, { margin, scale }, random) : softmax(sizes, random);
  loss.loadState({ tensors: weights(recorded.weights), values: {} });
  const input = hashTensor(reference.input) as tf.Tensor2D;

  const out = loss.forward(input, tf.tensor1d(labels, 'int32'));
  expectClose(out.loss, [recorded.value]);
  expectClose(out.logits, recorded.logits);
  expectClose(inputGradient(loss, labels)(input), recorded.gradInput);
  const { grads } = tf.variableGrads(() => loss.forward(input, tf.tensor1d(labels, 'int32')).loss, [...loss.trainable]);
  for (const [name, values] of Object.entries(recorded.grads)) {
    expectClose(grads[(loss.state().tensors[name] as tf.Variable).name]!, values);
  }
});

test('amsoftmax takes the margin from the true speaker alone, and from the loss alone', () => {
  const loss = amSoftmax(sizes, { margin: 0.4, scale: 30 }, randomStream(0));
  const { logits, likeness } = loss.forward(hashTensor(reference.input) as tf.Tensor2D, tf.tensor1d([2, 0, 3], 'int32'));
  const difference = tf.sub(tf.mul(likeness, 30), logits);
  expectClose(difference, [0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 0, 12]);
});

test('amsoftmax of an embedding of zeros is finite, as in S3PRL', () => {
  const { margin, scale, labels, value, gradInput } = reference.zeroEmbedding;
  const loss = amSoftmax(sizes, { margin, scale }, randomStream(0));
  loss.loadState({ tensors: weights(reference.cases[0]!.weights), values: {} });
  const zeros = tf.zeros([1, 5]) as tf.Tensor2D;
  expectClose(loss.forward(zeros, tf.tensor1d(labels, 'int32')).loss, [value]);
  expectClose(inputGradient(loss, labels)(zeros), gradInput);
});
