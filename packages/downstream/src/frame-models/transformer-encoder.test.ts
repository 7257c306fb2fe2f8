import { InputError, inference, type Mode, randomStream } from '@s3/interface';
import { framesOf, hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../fixtures/reference.ts';
import reference from '../fixtures/transformer.json' with { type: 'json' };
import { transformerEncoder } from './transformer-encoder.ts';

const small = { layers: 2, hiddenSize: 8, heads: 2, intermediateSize: 6, dropout: 0 };
describe('norm before', () => testDownstream({ build: (input) => transformerEncoder({ input, outputSize: 3 }, small) }));
describe('norm after, positions told', () =>
  testDownstream({
    build: (input) => transformerEncoder({ input, outputSize: 3 }, { ...small, preLayerNorm: false, positions: 'sinusoidal' }),
  }));

// The original is given its positions; here they come in as further features that the first layer hands on as they are.
test.each(reference.cases)('equals S3PRL, norm before $config.pre_layer_norm', ({ config, weights, out, shape }) => {
  const [spectrum, positions] = [hashTensor<tf.Tensor3D>(reference.input), hashTensor<tf.Tensor3D>(reference.positions)];
  const features = spectrum.shape[2];
  const size = config.hidden_size;
  const model = transformerEncoder(
    { input: { size: features + size, downsampleRate: 160 }, outputSize: size },
    {
      layers: config.num_hidden_layers,
      hiddenSize: size,
      heads: config.num_attention_heads,
      intermediateSize: config.intermediate_size,
      dropout: 0,
      preLayerNorm: config.pre_layer_norm,
    },
  );
  const first = 'input_representations.spec_transform.weight';
  const recorded = Object.fromEntries(weights.map((weight) => [weight.name, hashTensor(weight)]));
  const names = Object.keys(model.state().tensors);
  // norms of the outputs before the last, which nothing reads
  expect(Object.keys(recorded).filter((name) => !names.includes(name) && !/^encoder\.LayerNorm\.[01]\./.test(name))).toEqual([]);
  const replaced: { [name: string]: tf.Tensor } = {
    ...recorded,
    [first]: tf.concat([recorded[first]!, tf.eye(size)], 1),
    'linear.weight': tf.eye(size),
    'linear.bias': tf.zeros([size]),
  };
  model.loadState({ tensors: Object.fromEntries(names.map((name) => [name, replaced[name]!])), values: {} });

  const output = model.forward({ values: tf.concat([spectrum, positions], -1), lengths: reference.lengths }, inference);
  expect(output.values.shape).toEqual(shape);
  expectClose(output.values, out, 1e-5);
});

test('drops values only while training, by the chance of the step', () => {
  const model = transformerEncoder({ input: { size: 5, downsampleRate: 160 }, outputSize: 2 }, { ...small, dropout: 0.5 });
  const frames = framesOf([6], 5);
  const values = (mode: Mode) => [...model.forward(frames, mode).values.dataSync()];
  const step = (key: string): Mode => ({ training: true, random: randomStream(key) });
  expect(values(inference)).toEqual(values(inference));
  expect(values(step('1'))).toEqual(values(step('1')));
  expect(values(step('1'))).not.toEqual(values(step('2')));
});

test('does not tell the order of frames unless asked to', () => {
  const outputs = (positions: 'none' | 'sinusoidal') => {
    const model = transformerEncoder({ input: { size: 5, downsampleRate: 160 }, outputSize: 2 }, { ...small, positions });
    const frames = framesOf([6], 5);
    const forwards = model.forward(frames, inference).values;
    const backwards = tf.reverse(model.forward({ ...frames, values: tf.reverse(frames.values, 1) }, inference).values, 1);
    return tf.max(tf.abs(tf.sub(forwards, backwards))).dataSync()[0]!;
  };
  expect(outputs('none')).toBeLessThan(1e-5);
  expect(outputs('sinusoidal')).toBeGreaterThan(1e-3);
});

test('refuses heads that do not share the features out', () => {
  expect(() => transformerEncoder({ input: { size: 5, downsampleRate: 160 }, outputSize: 2 }, { hiddenSize: 10, heads: 4 })).toThrow(
    InputError,
  );
});
