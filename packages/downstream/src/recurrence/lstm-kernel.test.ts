import { randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../fixtures/reference.ts';
import { hasLstmKernel, lstmKernel } from './lstm-kernel.ts';
import { lstmRecurrence } from './lstm-recurrence.ts';
import { recurrentLayer } from './recurrent-layer.ts';

const isThere = hasLstmKernel();

describe.skipIf(!isThere)(`LSTM in one kernel${isThere ? '' : ' (skipped: this engine has none)'}`, () => {
  const [steps, batch, inputSize, size] = [7, 3, 5, 2];
  const lengths = [7, 2, 5];
  const inputs = () => [
    hashTensor<tf.Tensor3D>({ shape: [batch, steps, 4 * size], p: 1, scale: 1 }),
    hashTensor<tf.Tensor2D>({ shape: [4 * size, size], p: 3, scale: 1 }),
    hashTensor<tf.Tensor1D>({ shape: [4 * size], p: 4, scale: 1 }),
  ];
  type Run = (given: tf.Tensor[], lengths: readonly number[], order: 'forwards' | 'backwards') => tf.Tensor3D;
  const fused: Run = ([p, u, b], ...rest) => lstmKernel(p as tf.Tensor3D, u as tf.Tensor2D, b as tf.Tensor1D, ...rest);
  const stepwise: Run = (given, valid, order) => {
    const [p, u, b] = given as [tf.Tensor3D, tf.Tensor2D, tf.Tensor1D];
    const reordered = <T extends tf.Tensor>(tensor: T): T => {
      const [input, forget, cell, output] = tf.split(tensor, 4, -1) as [T, T, T, T];
      return tf.concat([input, forget, output, cell], -1) as T;
    };
    const shut = valid.map((length) => Array.from({ length: steps }, (_, at) => [at < length ? 0 : -1e4]));
    const projected = reordered(tf.add(tf.add(p, b), tf.tensor3d(shut)) as tf.Tensor3D);
    const hidden = lstmRecurrence(tf.transpose(projected, [1, 0, 2]), tf.transpose(reordered(tf.transpose(u))), order);
    return tf.transpose(hidden, [1, 0, 2]);
  };

  test.each([
    ['forwards', [7, 7, 7]],
    ['backwards', [7, 7, 7]],
    ['forwards', lengths],
    ['backwards', lengths],
  ] as const)('output and gradients are those of steps, %s, lengths %j', (order, valid) => {
    const target = hashTensor<tf.Tensor3D>({ shape: [batch, steps, size], p: 5, scale: 1 });
    const given = inputs();
    expectClose(fused(given, valid, order), [...stepwise(given, valid, order).dataSync()]);
    const gradients = (run: Run) => tf.grads((...all) => tf.sum(tf.mul(run(all, valid, order), target)))(given);
    const expected = gradients(stepwise);
    for (const [which, gradient] of gradients(fused).entries()) expectClose(gradient, [...expected[which]!.dataSync()]);
  });

  test('padding, whatever it holds, reaches neither valid frames nor gradients', () => {
    const layer = recurrentLayer({ inputSize, hiddenSize: size, bidirectional: true }, 'LSTM', randomStream('padding'));
    const weights = Object.values(layer.weights);
    const of = (padding: number) => {
      const valid = hashTensor<tf.Tensor3D>({ shape: [batch, steps, inputSize], p: 1, scale: 1 });
      const kept = tf.tensor3d(
        lengths.flatMap((length) => Array.from({ length: steps }, (_, at) => (at < length ? 1 : 0))),
        [batch, steps, 1],
      );
      const values = tf.add(tf.mul(valid, kept), tf.mul(tf.sub(1, kept), padding)) as tf.Tensor3D;
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(layer.forward({ values, lengths }))) as tf.Scalar, weights);
      return [value, ...weights.map(({ name }) => grads[name]!)];
    };
    const expected = of(0);
    for (const [which, got] of of(37).entries()) expectClose(got, [...expected[which]!.dataSync()]);
  });

  test('leaves no tensor behind', () => {
    const given = inputs();
    const buffers = () => [tf.memory().numTensors, tf.memory().numDataBuffers];
    const before = buffers();
    tf.tidy(() => void fused(given, lengths, 'backwards'));
    tf.dispose(fused(given, lengths, 'forwards'));
    tf.dispose(tf.grads((...all) => fused(all, lengths, 'backwards'))(given));
    expect(buffers()).toEqual(before);
  });
});
