import { type Frames, InputError, inference, type Mode, randomStream } from '@s3/interface';
import { framesOf, hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import reference from '../fixtures/rnn.json' with { type: 'json' };
import { rnnEncoder } from './rnn-encoder.ts';

const training: Mode = { training: true, random: randomStream('test') };
const small = { projectionSize: 4, hiddenSizes: [4, 3], dropout: [0], bidirectional: false };
const bidirectional = { ...small, bidirectional: true };
const build = (config: Parameters<typeof rnnEncoder>[1]) => (input: { size: number; downsampleRate: number }) =>
  rnnEncoder({ input, outputSize: 6 }, config);

describe('LSTM in both directions', () =>
  testDownstream({ build: build({ ...bidirectional, projection: [true, false], layerNorm: [true] }) }));
describe('GRU', () => testDownstream({ build: build({ ...bidirectional, module: 'GRU' }) }));
describe('RNN that drops frames', () =>
  testDownstream({ build: build({ ...small, module: 'RNN', downsampling: [2, 1], downsampleStyle: 'drop' }) }));
describe('LSTM that joins frames', () => testDownstream({ build: build({ ...small, downsampling: [3, 2], downsampleStyle: 'concat' }) }));

describe.each(reference.cases)('equals S3PRL: $args', ({ args, weights, lengths, out, outShape, outLengths, gradInput, grads }) => {
  const input = hashTensor<tf.Tensor3D>(reference.input);
  const target = hashTensor<tf.Tensor3D>({ shape: outShape, p: 761, scale: 1 });
  const encoder = () => {
    const model = rnnEncoder(
      { input: { size: args.input_size, downsampleRate: 160 }, outputSize: args.output_size },
      {
        module: args.module as 'LSTM',
        projectionSize: args.proj_size,
        hiddenSizes: args.hidden_size,
        dropout: args.dropout,
        layerNorm: args.layer_norm,
        projection: args.proj,
        downsampling: args.sample_rate,
        downsampleStyle: args.sample_style as 'drop',
        bidirectional: args.bidirectional,
      },
    );
    expect(Object.keys(model.state().tensors).sort()).toEqual(weights.map(({ name }) => name).sort());
    loadWeights(model, weights);
    return model;
  };

  test('output', () => {
    const frames = encoder().forward({ values: input, lengths }, inference);
    expect(frames.lengths).toEqual(outLengths);
    expect(frames.values.shape).toEqual(outShape);
    expectClose(frames.values, out);
  });

  test('gradients', () => {
    const model = encoder();
    const loss = (x: tf.Tensor3D) => tf.sum(tf.mul(model.forward({ values: x, lengths }, training).values, target)) as tf.Scalar;
    expectClose(tf.grad((x) => loss(x as tf.Tensor3D))(input), gradInput, 1e-4);
    const gradients = namedGradients(model, () => loss(input));
    for (const [name, values] of Object.entries(grads)) expectClose(gradients[name]!, values as number[], 1e-4);
  });
});

test('takes a single frame', () => {
  const model = build(bidirectional)({ size: 5, downsampleRate: 160 });
  const gradients = namedGradients(model, () => tf.sum(model.forward(framesOf([1], 5), training).values));
  for (const gradient of Object.values(gradients)) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
});

test('drops values only while training, by the chance of the step', () => {
  const model = build({ ...small, dropout: [0.5] })({ size: 5, downsampleRate: 160 });
  const frames: Frames = framesOf([6], 5);
  const values = (mode: Mode) => [...model.forward(frames, mode).values.dataSync()];
  const step = (key: string): Mode => ({ training: true, random: randomStream(key) });
  expect(values(inference)).toEqual(values(inference));
  expect(values(step('1'))).toEqual(values(step('1')));
  expect(values(step('1'))).not.toEqual(values(step('2')));
});

test('refuses lists that fit no number of layers', () => {
  expect(() => build({ ...small, layerNorm: [true, false, true] })({ size: 5, downsampleRate: 160 })).toThrow(InputError);
});
