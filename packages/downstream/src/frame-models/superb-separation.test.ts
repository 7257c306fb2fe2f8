import { inference, type Mode, randomStream } from '@s3/interface';
import { lengthMask } from '@s3/interface/tensors';
import { hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import reference from '../fixtures/superb-separation.json' with { type: 'json' };
import { superbSeparation } from './superb-separation.ts';

const small = { hiddenSize: 4, rnnLayers: 2, dropout: 0 };
describe('two sources', () => testDownstream({ build: (input) => superbSeparation({ input, outputSize: 6, sources: 2 }, small) }));
describe('one source', () => testDownstream({ build: (input) => superbSeparation({ input, outputSize: 3, sources: 1 }, small) }));

const { features, hiddenSize, bins, sources, layers, lengths, weights } = reference;
const recorded = () => {
  const wiring = { input: { size: features, downsampleRate: 160 }, outputSize: sources * bins, sources };
  const model = superbSeparation(wiring, { hiddenSize, rnnLayers: layers, dropout: 0 });
  expect(Object.keys(model.state().tensors).sort()).toEqual(weights.map(({ name }) => name).sort());
  loadWeights(model, weights);
  return model;
};

test('equals S3PRL', () => {
  const model = recorded();
  const shape = [lengths.length, Math.max(...lengths), features];
  const frames = { values: hashTensor<tf.Tensor3D>({ shape, p: 790, scale: 1.5 }), lengths };
  const mask = tf.expandDims(lengthMask(lengths, shape[1]!), -1);
  const out = (mode: Mode) => tf.mul(model.forward(frames, mode).values, mask);
  expectClose(out(inference), reference.out);

  const target = hashTensor({ shape: [2, shape[1]!, sources * bins], p: 791, scale: 1 });
  const mode: Mode = { training: true, random: randomStream('test') };
  const gradients = namedGradients(model, () => tf.sum(tf.mul(out(mode), target)) as tf.Scalar);
  Object.entries(reference.gradients).forEach(([name, expected], index) => {
    const gradient = gradients[name]!;
    const product = tf.sum(tf.mul(gradient, hashTensor({ shape: gradient.shape, p: 900 + index, scale: 1 }))).dataSync()[0]!;
    expect(Math.abs(product - expected), name).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
  });
});

test('refuses outputs that the sources cannot share', () => {
  const input = { size: 5, downsampleRate: 160 };
  expect(() => superbSeparation({ input, outputSize: 7, sources: 2 })).toThrow('has 2 sources, but they share 7 outputs');
});
