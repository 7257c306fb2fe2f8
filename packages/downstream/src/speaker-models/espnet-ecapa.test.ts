import { inference, randomStream } from '@s3/interface';
import { hashTensor } from '@s3/interface/testing';
import { expect, test } from 'vitest';
import reference from '../fixtures/espnet-ecapa.json' with { type: 'json' };
import { expectClose, loadWeights } from '../fixtures/reference.ts';
import { contextAttentiveStatisticsPooling } from '../pooling/context-attentive-statistics-pooling.ts';
import { ecapaTdnn } from './ecapa-tdnn.ts';

const settings = { channels: 16, aggregationSize: 8, pooling: 'CASP', squeezeBatchNorm: true, embeddingSize: 5 } as const;

test("ECAPA-TDNN with its pooling and embedding layer equals ESPnet's", () => {
  const model = ecapaTdnn({ size: 6, downsampleRate: 160 }, settings);
  expect(Object.keys(model.state().tensors).sort()).toEqual(reference.weights.map(({ name }) => name).sort());
  const frames = { values: hashTensor<never>(reference.input), lengths: [12, 12, 12] };
  loadWeights(model, reference.weights);
  expectClose(model.forward(frames, inference), reference.evaluation, 5e-5);
  expectClose(model.forward(frames, { training: true, random: randomStream('test') }), reference.training, 2e-4);
});

test('its pooling passes over padding as ESPnet does', () => {
  const pooling = contextAttentiveStatisticsPooling(8, randomStream(0));
  const prefix = 'pooling.';
  const own = reference.weights.filter(({ name }) => name.startsWith(prefix));
  loadWeights(
    pooling,
    own.map((weight) => ({ ...weight, name: weight.name.slice(prefix.length) })),
  );
  const { input, lengths, out } = reference.pooling;
  expectClose(pooling.forward({ values: hashTensor<never>(input), lengths }, inference), out, 5e-5);
});
