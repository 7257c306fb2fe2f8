import { type Frames, inference, type Mode, randomStream } from '@s3/interface';
import { hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import reference from '../fixtures/superb-diarization.json' with { type: 'json' };
import { superbDiarization } from './superb-diarization.ts';

const training: Mode = { training: true, random: randomStream('test') };

describe('one layer', () => testDownstream({ build: (input) => superbDiarization({ input, outputSize: 2 }, { hiddenSize: 4 }) }));
describe('no layer', () => testDownstream({ build: (input) => superbDiarization({ input, outputSize: 3 }, { rnnLayers: 0 }) }));

test('equals S3PRL', () => {
  const { args, weights, out, gradInput, grads } = reference;
  const input = hashTensor<tf.Tensor3D>(reference.input);
  const model = superbDiarization(
    { input: { size: args.input_size, downsampleRate: 160 }, outputSize: args.output_size },
    { rnnLayers: args.rnn_layers, hiddenSize: args.hidden_size },
  );
  expect(Object.keys(model.state().tensors).sort()).toEqual(weights.map(({ name }) => name).sort());
  loadWeights(model, weights);

  const frames: Frames = { values: input, lengths: [7, 7] };
  expectClose(model.forward(frames, inference).values, out);

  const target = hashTensor<tf.Tensor3D>({ shape: [2, 7, 2], p: 761, scale: 1 });
  const loss = (values: tf.Tensor3D) => tf.sum(tf.mul(model.forward({ ...frames, values }, training).values, target)) as tf.Scalar;
  expectClose(tf.grad((x) => loss(x as tf.Tensor3D))(input), gradInput, 1e-4);
  const gradients = namedGradients(model, () => loss(input));
  for (const [name, values] of Object.entries(grads)) expectClose(gradients[name]!, values as number[], 1e-4);
});

test('is a linear layer where there are no LSTM layers', () => {
  const model = superbDiarization({ input: { size: 5, downsampleRate: 160 }, outputSize: 2 }, { rnnLayers: 0 });
  expect(Object.keys(model.state().tensors)).toEqual(['linear.weight', 'linear.bias']);
});
