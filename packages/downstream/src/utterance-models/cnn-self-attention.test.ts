import { type Frames, inference, type Mode, randomStream } from '@s3/interface';
import { hashTensor, testDownstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/cnn-self-attention.json' with { type: 'json' };
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import { cnnSelfAttention } from './cnn-self-attention.ts';
import { utteranceClassifier } from './utterance-classifier.ts';

const training: Mode = { training: true, random: randomStream('test') };
const wiring = { input: { size: 6, downsampleRate: 160 }, outputSize: 3 };
const frames: Frames = { values: hashTensor(reference.input), lengths: reference.lengths };

describe('cnnSelfAttention', () =>
  testDownstream({ build: (input) => cnnSelfAttention({ input, outputSize: 3 }, { hiddenSize: 4, dropout: 0 }) }));

describe.each(reference.cases)('kernel $conf.kernel_size, pooling $conf.pooling', ({ conf, weights, out, grads, gradInput }) => {
  const config = { projectorSize: 5, hiddenSize: conf.hidden_dim, kernelSize: conf.kernel_size, pooling: conf.pooling, dropout: 0 };
  const model = cnnSelfAttention(wiring, config);
  loadWeights(model, weights);

  test("has the original's weights", () => {
    expect(Object.keys(model.state().tensors).sort()).toEqual(weights.map(({ name }) => name).sort());
  });

  test('gives in a batch what the original gives alone', () => {
    expectClose(model.forward(frames, inference), out);
    const noise = tf.pad(
      frames.values,
      [
        [0, 0],
        [0, 4],
        [0, 0],
      ],
      100,
    );
    expectClose(model.forward({ values: noise, lengths: reference.lengths }, inference), out);
  });

  test("has the original's gradients", () => {
    const first = tf.slice(frames.values, [0, 0, 0], [1, -1, -1]);
    const target = hashTensor<tf.Tensor2D>({ shape: [1, 3], p: 891, scale: 1 });
    const loss = (values: tf.Tensor3D) => tf.sum(tf.mul(model.forward({ values, lengths: [23] }, training), target)) as tf.Scalar;
    expectClose(tf.grad((x) => loss(x as tf.Tensor3D))(first), gradInput, 1e-4);
    const gradients = namedGradients(model, () => loss(first));
    // the attention's bias shifts all frames alike, so nothing depends on it
    for (const [name, values] of Object.entries(grads)) {
      if (name !== 'model.model.pooling.W.bias') expectClose(gradients[name]!, values as number[], 1e-4);
    }
  });
});

test('drops values in training only, another choice each step', () => {
  const model = cnnSelfAttention(wiring, { hiddenSize: 4, dropout: 0.5 });
  const [first, second] = [1, 2].map((step) => model.forward(frames, { training: true, random: randomStream('step', step) }).dataSync());
  expect(second).not.toEqual(first);
  expect(model.forward(frames, inference).dataSync()).toEqual(model.forward(frames, inference).dataSync());
});

test('is one of the classifiers that can be chosen, beside the linear probe', () => {
  const names = (config: object) => Object.keys(utteranceClassifier(wiring, config).state().tensors);
  expect(names({})).toEqual(['hidden_layers.0.weight', 'hidden_layers.0.bias', 'final_proj.weight', 'final_proj.bias']);
  expect(names({ model: 'cnn-self-attention', cnn: { hiddenSize: 8 } })).toContain('model.model.model_seq.2.weight');
  expect(() => utteranceClassifier(wiring, { cnn: { kernelSize: 2 } })).toThrow('an odd number');
});

test('an even window is refused', () => {
  expect(() => cnnSelfAttention(wiring, { kernelSize: 4 })).toThrow('an odd number');
});
