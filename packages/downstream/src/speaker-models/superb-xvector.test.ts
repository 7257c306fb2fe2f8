import { type Frames, inference, type Mode, randomStream, WiringError } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import reference from '../fixtures/xvector.json' with { type: 'json' };
import { superbXvector } from './superb-xvector.ts';

const training: Mode = { training: true, random: randomStream('test') };
const small = { outputSize: 3, hiddenSize: 4, tdnnSize: 6, aggregationSize: 5 };
const frames = (count: number, size = 4, p = 5): Frames => ({
  values: hashTensor({ shape: [1, count, size], p, scale: 1 }),
  lengths: [count],
});

describe.each(reference.cases)('equals S3PRL: batch norm $batchNorm', (recorded) => {
  const build = () => {
    const model = superbXvector(
      { size: 8, downsampleRate: 160 },
      { outputSize: 7, hiddenSize: 6, aggregationSize: 10, batchNorm: recorded.batchNorm },
    );
    loadWeights(model, recorded.weights);
    return model;
  };
  const input = hashTensor<tf.Tensor3D>(reference.input);
  const target = hashTensor<tf.Tensor2D>(reference.target);
  const inputGradient = (model: ReturnType<typeof build>, mode: Mode) =>
    tf.grad((x) => tf.sum(tf.mul(model.forward({ values: x as tf.Tensor3D, lengths: recorded.lengths }, mode), target)))(input);

  test('embeddings', () => {
    const model = build();
    expectClose(model.forward({ values: input, lengths: recorded.lengths }, inference), recorded.evalOut, 1e-4);

    expectClose(inputGradient(model, inference), recorded.evalGradInput, 1e-4);
  });

  test('training output and gradients', () => {
    const model = build();
    const step = () => model.forward({ values: input, lengths: recorded.lengths }, training);
    expectClose(step(), recorded.trainOut, 1e-4);
    expectClose(inputGradient(model, training), recorded.trainGradInput, 1e-4);
    const gradients = namedGradients(model, () => tf.sum(tf.mul(step(), target)));
    for (const [name, values] of Object.entries(recorded.grads)) expectClose(gradients[name]!, values!, 1e-4);
    for (const [name, sums] of Object.entries(recorded.gradSums)) {
      const squares = tf.sum(tf.square(gradients[name]!)).dataSync()[0]!;
      expect(Math.abs(squares / sums![1]! - 1)).toBeLessThan(2e-3);
    }
  });
});

test('names its state as S3PRL does', () => {
  const { tensors } = superbXvector({ size: 4, downsampleRate: 160 }, small).state();
  const layers = Array.from({ length: 5 }, (_, layer) => [`tdnns.module.${layer}.kernel.weight`, `tdnns.module.${layer}.kernel.bias`]);
  const affine = ['affine.linear1.weight', 'affine.linear1.bias', 'affine.linear2.weight', 'affine.linear2.bias'];
  expect(Object.keys(tensors)).toEqual(['projector.weight', 'projector.bias', ...layers.flat(), ...affine]);
});

test('takes 16 frames at least', () => {
  const model = superbXvector({ size: 4, downsampleRate: 160 }, small);
  expect(model.minFrames).toBe(16);
  expect(() => model.forward(frames(14), inference)).toThrow(WiringError);
  expect(model.forward(frames(16), inference).dataSync().every(Number.isFinite)).toBe(true);
});

test('gives an utterance the same embedding alone and padded in a batch', () => {
  const model = superbXvector({ size: 4, downsampleRate: 160 }, { ...small, batchNorm: true });
  const short = frames(20);
  const padded = tf.concat([
    tf.pad(short.values, [
      [0, 0],
      [0, 7],
      [0, 0],
    ]),
    frames(27, 4, 6).values,
  ]);
  const alone = model.forward(short, inference);
  const together = model.forward({ values: padded, lengths: [20, 27] }, inference);
  expectClose(tf.slice(together, [0, 0], [1, 3]), [...alone.dataSync()], 1e-5);
});

test('learns where features are dead: no gradient is NaN', () => {
  const model = superbXvector({ size: 4, downsampleRate: 160 }, small);
  const silence: Frames = { values: tf.zeros([2, 16, 4]), lengths: [16, 16] };
  const gradients = namedGradients(model, () => tf.sum(model.forward(silence, training)));
  expect(Object.keys(gradients).length).toBe(model.trainable.length);
  for (const gradient of Object.values(gradients)) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
});

test('starts from the seed alone, drops values only while training and leaks no tensor', () => {
  const build = (seed: number) => superbXvector({ size: 4, downsampleRate: 160 }, { ...small, dropout: 0.5 }, { seed });
  const input = frames(20);
  const [first, same, other] = [build(1), build(1), build(2)].map((model) => [...model.forward(input, inference).dataSync()]);
  expect(first).toEqual(same);
  expect(first).not.toEqual(other);

  const model = build(1);
  const trained = (key: string) => [...model.forward(input, { training: true, random: randomStream(key) }).dataSync()];
  expect(trained('step 1')).toEqual(trained('step 1'));
  expect(trained('step 1')).not.toEqual(trained('step 2'));

  const before = tf.memory().numTensors;
  for (let step = 0; step < 3; step++) model.forward(input, training).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
