import { type Frames, inference, type Mode, randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from '../fixtures/ecapa.json' with { type: 'json' };
import { expectClose, loadWeights, namedGradients } from '../fixtures/reference.ts';
import { ecapaBackbone } from './ecapa-backbone.ts';
import { ecapaTdnn } from './ecapa-tdnn.ts';
import { xvector } from './xvector.ts';

const training: Mode = { training: true, random: randomStream('test') };
const input = { size: 4, downsampleRate: 160 };
const builders = {
  xvector: (pooling: 'TAP' | 'TSP' | 'SAP' | 'ASP' | 'CASP') => xvector(input, { pooling, aggregationSize: 5, tdnnSize: 6 }),
  ecapaTdnn: (pooling: 'TAP' | 'TSP' | 'SAP' | 'ASP' | 'CASP') => ecapaTdnn(input, { pooling, aggregationSize: 5, channels: 16 }),
};
const frames = (count: number, p: number): Frames => ({ values: hashTensor({ shape: [1, count, 4], p, scale: 1 }), lengths: [count] });

test("ECAPA's frame layers equal S3PRL's", () => {
  const backbone = ecapaBackbone({ inputSize: 6, channels: 16, outputSize: 8 }, randomStream(0));
  expect(Object.keys(backbone.state().tensors).sort()).toEqual(reference.weights.map(({ name }) => name).sort());
  loadWeights(backbone, reference.weights);
  const out = backbone.forward({ values: hashTensor(reference.input), lengths: [12, 12] }, inference);
  expectClose(out.values, reference.out);
});

describe.each(Object.entries(builders))('%s', (name, build) => {
  test.each([
    ['TAP', 5],
    ['TSP', 10],
    ['SAP', 5],
    ['ASP', 10],
    ['CASP', 10],
  ] as const)('with %s gives %d features, each weight a finite gradient', (pooling, size) => {
    const model = build(pooling);
    expect(model.outputSize).toBe(size);
    expect(model.minFrames).toBe((name === 'xvector' ? 15 : 1) + (pooling === 'TSP' ? 1 : 0));
    const batch: Frames = { values: hashTensor({ shape: [2, 20, 4], p: 3, scale: 1 }), lengths: [20, 17] };
    const gradients = namedGradients(model, () => tf.sum(tf.square(model.forward(batch, training))));
    expect(Object.keys(gradients).length).toBe(model.trainable.length);
    for (const gradient of Object.values(gradients)) expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('gives an utterance the same embedding alone and padded in a batch', () => {
    const model = build('ASP');
    const short = frames(20, 5);
    const padded = tf.concat([
      tf.pad(
        short.values,
        [
          [0, 0],
          [0, 7],
          [0, 0],
        ],
        3,
      ),
      frames(27, 6).values,
    ]);
    const alone = model.forward(short, inference);
    const together = model.forward({ values: padded, lengths: [20, 27] }, inference);
    expectClose(tf.slice(together, [0, 0], [1, 10]), [...alone.dataSync()]);
  });

  test('leaks no tensor', () => {
    const model = build('SAP');
    const batch = frames(20, 5);
    const before = tf.memory().numTensors;
    model.forward(batch, training).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('state names are those of the original', () => {
  expect(Object.keys(builders.xvector('SAP').state().tensors)).toEqual(
    expect.arrayContaining(['backbone.module.4.bn.running_var', 'pooling.attention', 'pooling.sap_linear.weight']),
  );
  expect(Object.keys(builders.ecapaTdnn('TAP').state().tensors)).toEqual(
    expect.arrayContaining(['backbone.conv1.weight', 'backbone.layer3.se.se.3.bias']),
  );
});
