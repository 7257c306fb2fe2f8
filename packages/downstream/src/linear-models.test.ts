import { type Frames, inference } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/linear.json' with { type: 'json' };
import { expectClose, loadWeights } from './fixtures/reference.ts';
import { frameLinear } from './frame-models/frame-linear.ts';
import { meanPoolingLinear } from './utterance-models/mean-pooling-linear.ts';

const wiring = { input: { size: 5, downsampleRate: 160 }, outputSize: 3 };
const frames: Frames = { values: hashTensor(reference.input), lengths: reference.lengths };

test('the frame model equals S3PRL', () => {
  const model = frameLinear(wiring, { hiddenSizes: [4] });
  loadWeights(model, reference.frame.weights);
  const out = model.forward(frames, inference);
  expectClose(out.values, reference.frame.out);
  expect(out.lengths).toEqual(reference.lengths);
});

test('the utterance model equals S3PRL and does not see padding', () => {
  const model = meanPoolingLinear(wiring, { hiddenSizes: [4] });
  loadWeights(model, reference.meanPooling.weights);
  expectClose(model.forward(frames, inference), reference.meanPooling.out);
  const noise = tf.pad(
    frames.values,
    [
      [0, 0],
      [0, 3],
      [0, 0],
    ],
    100,
  );
  expectClose(model.forward({ values: noise, lengths: reference.lengths }, inference), reference.meanPooling.out);
});

describe.each([
  ['frame model', frameLinear],
  ['utterance model', meanPoolingLinear],
])('%s', (_, build) => {
  test('has a hidden layer of 256, several, or none', () => {
    const shapes = (config?: { hiddenSizes: number[] }) => Object.values(build(wiring, config).state().tensors).map(({ shape }) => shape);
    expect(shapes()).toEqual([[256, 5], [256], [3, 256], [3]]);
    expect(shapes({ hiddenSizes: [4, 2] })).toEqual([[4, 5], [4], [2, 4], [2], [3, 2], [3]]);
    expect(shapes({ hiddenSizes: [] })).toEqual([[3, 5], [3]]);
  });

  test('leaks no tensor', () => {
    const model = build(wiring, { hiddenSizes: [] });
    const before = tf.memory().numTensors;
    const out = model.forward(frames, inference);
    tf.dispose('values' in out ? out.values : out);
    expect(tf.memory().numTensors).toBe(before);
  });
});
