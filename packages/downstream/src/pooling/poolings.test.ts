import { inference, randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/pooling.json' with { type: 'json' };
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import { poolings } from './poolings.ts';

const nameOf: Record<string, keyof typeof poolings> = {
  MeanPooling: 'TAP',
  TemporalAveragePooling: 'TAP',
  TemporalStatisticsPooling: 'TSP',
  SelfAttentivePooling: 'SAP',
  AttentiveStatisticsPooling: 'ASP',
};

describe.each(reference.cases)('$name', (recorded) => {
  const build = () => {
    const pooling = poolings[nameOf[recorded.name]!](4, randomStream(0));
    loadWeights(pooling, recorded.weights);
    return pooling;
  };
  const input = hashTensor<tf.Tensor3D>(reference.input);
  const { lengths } = reference;

  test('equals S3PRL, with gradients', () => {
    const pooling = build();
    const out = pooling.forward({ values: input, lengths }, inference);
    expectClose(out, recorded.out);
    expect(pooling.outputSize).toBe(out.shape[1]);
    const target = hashTensor<tf.Tensor2D>({ ...reference.target, shape: out.shape });
    const loss = (values: tf.Tensor3D) => tf.sum(tf.mul(pooling.forward({ values, lengths }, inference), target)) as tf.Scalar;
    expectClose(tf.grad((values) => loss(values as tf.Tensor3D))(input), recorded.gradInput);
    if (recorded.weights.length > 0) {
      const gradients = namedGradients(pooling, () => loss(input));
      for (const [name, values] of Object.entries(recorded.grads)) expectClose(gradients[name]!, values!);
    }
  });

  test('does not see padding', () => {
    const pooling = build();
    const noise = tf.pad(
      input,
      [
        [0, 0],
        [0, 2],
        [0, 0],
      ],
      1000,
    );
    expectClose(pooling.forward({ values: noise as tf.Tensor3D, lengths }, inference), recorded.out);
  });

  test('gives finite values for one frame', () => {
    const one = build().forward({ values: tf.slice(input, [0, 0, 0], [1, 1, 4]), lengths: [1] }, inference);
    // the deviation of one frame is NaN in S3PRL, 0 here
    expectClose(
      one,
      recorded.outOfOneFrame.map((value) => (value === 'NaN' ? 0 : Number(value))),
    );
  });
});

test('attention starts from the seed, not from what was in memory', () => {
  const start = (seed: number) => [...poolings.SAP(4, randomStream(seed)).state().tensors['attention']!.dataSync()];
  expect(start(1)).toEqual(start(1));
  expect(start(1)).not.toEqual(start(2));
});
