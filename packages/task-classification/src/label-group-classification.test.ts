import { InputError, randomStream } from '@s3/interface';
import { batchesOf, hashTensor, judgeRun, testTask } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/classification.json' with { type: 'json' };
import { bumps, encoderOf, fixedModel, toyModel } from './fixtures/toy-model.ts';
import { type LabelGroupBatch, labelGroupClassification } from './label-group-classification.ts';

const toyGroups = [
  { name: 'action', categories: encoderOf(['off', 'on']) },
  { name: 'place', categories: encoderOf(['bath', 'hall', 'porch']) },
];
const toyBatch = (): LabelGroupBatch => ({
  waveforms: bumps([0, 1, 2, 3, 4, 5]),
  labels: [0, 1, 2, 3, 4, 5].map((id) => [['off', 'on'][id % 2]!, ['bath', 'hall', 'porch'][id % 3]!]),
  utterances: ['a', 'b', 'c', 'd', 'e', 'f'],
});

describe('keeps the contract', () => {
  testTask({
    build() {
      const task = labelGroupClassification({ model: toyModel(5), groups: toyGroups });
      return { task, train: task.train.over(batchesOf(toyBatch)), test: task.test.over(batchesOf(toyBatch)) };
    },
    learningRate: 2,
    metrics: ['loss', 'accuracy', 'groupAccuracy', 'utterances'],
  });
});

const recorded = reference.groups;
const groups = recorded.groups.map((labels, index) => ({ name: ['action', 'object', 'location'][index]!, categories: encoderOf(labels) }));
const batchOf = (labels: readonly (readonly string[])[]): LabelGroupBatch => ({
  waveforms: { values: tf.zeros([labels.length, 1]), lengths: labels.map(() => 1) },
  labels,
  utterances: labels.map((_, row) => `u${row}`),
});
const build = () => {
  const model = fixedModel(hashTensor<tf.Tensor2D>(recorded.logits));
  return { model, task: labelGroupClassification({ model, groups }) };
};

test('the summed loss and its gradient equal S3PRL', () => {
  const { model, task } = build();
  const batch = batchOf(recorded.labels);
  const run = task.train.over(batchesOf(() => batch));
  const { value, grads } = tf.variableGrads(
    () => run.step(batch as never, { layers: [] } as never, { training: true, random: randomStream('t') })['loss'] as tf.Scalar,
    [model.logits],
  );
  expect(value.dataSync()[0]).toBeCloseTo(recorded.loss, 5);
  grads[model.logits.name]!.dataSync().forEach((gradient, index) => void expect(gradient).toBeCloseTo(recorded.gradient[index]!, 6));
});

test('right is only what is right in all groups, as in S3PRL', async () => {
  const { task } = build();
  const batch = batchOf(recorded.labelsSomeRight);
  const { log, files, chance } = await judgeRun(task.test.over(batchesOf(() => batch)));
  expect(log['loss']).toBeCloseTo(recorded.lossSomeRight, 5);
  expect(log['accuracy']).toBeCloseTo(recorded.accuracySomeRight, 9);
  const lines = (files!['predictions.csv'] as string).trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split(',')[2])).toEqual(recorded.predictions.map((labels) => labels.join(' ; ')));
  expect(lines.map((line) => line.split(',')[3])).toEqual(['1', '0', '1', '0', '0']);

  const share = (group: number) =>
    recorded.labelsSomeRight.filter((labels, row) => labels[group] === recorded.predictions[row]![group]).length / 5;
  expect(log['groupAccuracy']).toBeCloseTo((share(0) + share(1) + share(2)) / 3, 9);
  expect(log['groupAccuracy']).toBeGreaterThan(log['accuracy']!);
  // all combinations differ; by group the most frequent come 2, 4 and 2 times
  expect(chance!['accuracy']).toBeCloseTo(1 / 5, 9);
  expect(chance!['groupAccuracy']).toBeCloseTo((2 / 5 + 4 / 5 + 2 / 5) / 3, 9);
});

test('files and figures name the group', async () => {
  const { task } = build();
  const batch = batchOf(recorded.labels);
  const { files, figures } = await judgeRun(task.test.over(batchesOf(() => batch)));
  expect((files!['classes.csv'] as string).split('\n')[0]).toBe('group,label,utterances,predicted,precision,recall,f1');
  expect(files!['classes.csv']).toContain('\nlocation,kitchen,1,');
  expect((files!['confusion.csv'] as string).split('\n')[0]).toBe('group,label,prediction,utterances');
  expect(figures!.map(({ title }) => title)).toEqual([
    'Accuracy of each group of labels',
    ...['action', 'object', 'location'].flatMap((name) => [
      `Labels and predictions: ${name}`,
      `Precision and recall of each class, the worst first: ${name}`,
      `Recall of each class: ${name}`,
    ]),
  ]);
});

test('predicts one label of each group', async () => {
  const { task } = build();
  const predictions = await task.predict(batchOf(recorded.labels).waveforms);
  expect(predictions.map((row) => row.map(({ label }) => label))).toEqual(recorded.predictions);
});

test('refuses what does not fit', () => {
  expect(() => labelGroupClassification({ model: toyModel(6), groups: toyGroups })).toThrow(
    'model gives 6 logits, but the 2 groups have 5 categories; build its downstream with outputSize 5',
  );
  expect(() => labelGroupClassification({ model: toyModel(6), groups: [] })).toThrow('give at least one');
  const single = [...toyGroups, { name: 'time', categories: encoderOf(['now']) }];
  expect(() => labelGroupClassification({ model: toyModel(6), groups: single })).toThrow("label group 'time' has 1 label");
  const task = labelGroupClassification({ model: toyModel(5), groups: toyGroups });
  const batch = { ...toyBatch(), labels: [['off'], ['on'], ['on'], ['on'], ['on'], ['on']] };
  const step = () =>
    task.train.over(batchesOf(() => batch)).step(batch as never, { layers: [] } as never, { training: true, random: randomStream('t') });
  expect(step).toThrow(InputError);
  expect(step).toThrow("utterance 'a': found 1 labels (off)");
});
