import { InputError } from '@s3/interface';
import { dispose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { categoryEncoder } from '../encoders/category-encoder.ts';
import { corpusReplica, silentWave } from '../fixtures/corpus-replica.ts';
import { fixedBatchSampler } from '../samplers/fixed-batch-sampler.ts';
import { labelledBatches, requireKnownLabels } from './labelled-batches.ts';

test('gives waveforms, ids and labels of each batch', async () => {
  const { root, put } = await corpusReplica('labelled');
  await put('a.wav', silentWave(4));
  const utterances = ['x', 'y', 'z'].map((id) => ({ id, path: `${root}/a.wav`, label: `label ${id}`, endSeconds: 3 / 16_000 }));
  const loader = await labelledBatches(
    { utterances, labelOf: ({ label }) => label, sampler: (dataset) => fixedBatchSampler(dataset, { batchSize: 2 }) },
    { gainDecibels: -3 },
  );
  const seen: unknown[] = [];
  for await (const { waveforms, ...rest } of loader.epoch(0)) {
    seen.push({ ...rest, lengths: waveforms.lengths });
    dispose(waveforms.values);
  }
  expect(seen).toEqual([
    { utterances: ['x', 'y'], labels: ['label x', 'label y'], lengths: [3, 3] },
    { utterances: ['z'], labels: ['label z'], lengths: [3] },
  ]);
});

test('a label that training lacks is refused with its row', () => {
  const encoder = categoryEncoder(['yes', 'no']);
  requireKnownLabels(encoder, [{ label: 'no', where: 'test.csv, row 2' }]);
  const check = () => requireKnownLabels(encoder, [{ label: 'yess', where: 'test.csv, row 3' }]);
  expect(check).toThrow(InputError);
  expect(check).toThrow(
    "test.csv, row 3: found the label 'yess', which is not known; expected one of the 2 labels of training, such as 'yes'",
  );
});
