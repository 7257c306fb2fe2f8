import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../fixtures/reference.ts';
import { gruRecurrence } from './gru-recurrence.ts';
import { lstmRecurrence } from './lstm-recurrence.ts';
import { type Order, throughSigmoid, throughTanh } from './recurrence.ts';
import { rnnRecurrence } from './rnn-recurrence.ts';

const [steps, batch, size] = [4, 3, 2];
const mask = tf.tensor3d([1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0], [steps, batch, 1]);

type Inputs = readonly [projected: tf.Tensor3D, weight: tf.Tensor2D, bias: tf.Tensor1D];
const recurrences: { [kind: string]: [gates: number, run: (inputs: Inputs, order: Order) => tf.Tensor3D] } = {
  LSTM: [4, ([projected, weight], order) => lstmRecurrence(projected, weight, order)],
  GRU: [3, ([projected, weight, bias], order) => gruRecurrence(projected, weight, bias, order)],
  RNN: [1, ([projected, weight], order) => rnnRecurrence(projected, weight, undefined, order)],
  'RNN of padded sequences': [1, ([projected, weight], order) => rnnRecurrence(projected, weight, mask, order)],
};
const cases = Object.keys(recurrences).flatMap((kind) => (['forwards', 'backwards'] as const).map((order) => [kind, order] as const));

describe.each(cases)('%s, %s', (kind, order) => {
  const [gates, run] = recurrences[kind]!;
  const inputsOf = (count = steps): Inputs => [
    hashTensor<tf.Tensor3D>({ shape: [count, batch, gates * size], p: 1, scale: 1 }),
    hashTensor<tf.Tensor2D>({ shape: [gates * size, size], p: 2, scale: 1 }),
    hashTensor<tf.Tensor1D>({ shape: [size], p: 3, scale: 1 }),
  ];
  const target = hashTensor<tf.Tensor3D>({ shape: [steps, batch, size], p: 4, scale: 1 });
  const loss = (...inputs: tf.Tensor[]) => tf.sum(tf.mul(run(inputs as unknown as Inputs, order), target)) as tf.Scalar;

  test('gradients are those of small differences', () => {
    const inputs = inputsOf();
    const used = kind === 'GRU' ? 3 : 2;
    const gradients = tf.grads((...given: tf.Tensor[]) => loss(...given, inputs[2]))(inputs.slice(0, used) as tf.Tensor[]);
    for (const [which, gradient] of gradients.entries()) {
      const values = inputs[which]!.dataSync();
      const differences = Array.from(values, (value, index) => {
        const at = (shift: number) => {
          const moved = tf.tensor(values.with(index, value + shift), inputs[which]!.shape);
          return loss(...inputs.map((input, other) => (other === which ? moved : input))).dataSync()[0]!;
        };
        return (at(1e-2) - at(-1e-2)) / 2e-2;
      });
      expectClose(gradient, differences, 1e-3);
    }
  });

  test('leaves no tensor behind, forwards or backwards', () => {
    const inputs = inputsOf();
    const before = tf.memory().numTensors;
    run(inputs, order).dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(tf.grads((x, w) => run([x as tf.Tensor3D, w as tf.Tensor2D, inputs[2]], order))([inputs[0], inputs[1]]));
    expect(tf.memory().numTensors).toBe(before);
  });

  test.skipIf(kind.includes('padded'))('a single step has no gradient by the recurrent weight', () => {
    const [projected, weight, bias] = inputsOf(1);
    const gradient = tf.grad((w) => run([projected, w as tf.Tensor2D, bias], order))(weight);
    expect([...gradient.dataSync()].every((value) => value === 0)).toBe(true);
  });
});

test('padding holds the state at zero', () => {
  const [projected, weight] = [
    hashTensor<tf.Tensor3D>({ shape: [steps, batch, size], p: 1, scale: 1 }),
    hashTensor<tf.Tensor2D>({ shape: [size, size], p: 2, scale: 1 }),
  ];
  const padding = tf.mul(rnnRecurrence(projected, weight, mask, 'forwards'), tf.sub(1, mask));
  expect([...padding.dataSync()].every((value) => value === 0)).toBe(true);
});

test.each([
  ['a sigmoid', throughSigmoid, tf.sigmoid],
  ['a hyperbolic tangent', throughTanh, tf.tanh],
] as const)('derivative through %s', (_, through, activation) => {
  const [x, dy] = [hashTensor({ shape: [3, 5], p: 1, scale: 3 }), hashTensor({ shape: [3, 5], p: 2, scale: 1 })];
  const expected = tf.grad((input) => activation(input))(x, dy);
  expectClose(through(dy, activation(x)), [...expected.dataSync()]);
});
