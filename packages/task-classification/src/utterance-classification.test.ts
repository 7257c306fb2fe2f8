import { randomStream, WiringError } from '@s3/interface';
import { batchesOf, hashTensor, judgeRun, testTask } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/classification.json' with { type: 'json' };
import { bumps, encoderOf, fixedModel, toyModel } from './fixtures/toy-model.ts';
import { type LabelledBatch, utteranceClassification } from './utterance-classification.ts';

const names = ['down', 'up', 'yes'];
const classes = [0, 1, 2, 0, 1, 2];
const batchOf = (): LabelledBatch => ({
  waveforms: bumps(classes),
  labels: classes.map((id) => names[id]!),
  utterances: classes.map((_, row) => `u${row}`),
});

describe.each([{}, { classWeights: 'balanced', topK: 2 }] as const)('keeps the contract with %o', (config) => {
  testTask({
    build() {
      const task = utteranceClassification({ model: toyModel(3), categories: encoderOf(names), counts: [2, 2, 2] }, config);
      return { task, train: task.train.over(batchesOf(batchOf)), test: task.test.over(batchesOf(batchOf)) };
    },
    learningRate: 2,
    metrics: ['loss', 'accuracy', 'balancedAccuracy', 'utterances', ...('topK' in config ? ['topAccuracy'] : [])],
  });
});

const { single } = reference;
const recordedBatch: LabelledBatch = {
  waveforms: { values: tf.zeros([single.labels.length, 1]), lengths: single.labels.map(() => 1) },
  labels: single.labels,
  utterances: single.labels.map((_, row) => `u${row}`),
};
const recorded = (config = {}, counts?: readonly number[]) => {
  const model = fixedModel(hashTensor<tf.Tensor2D>(single.logits));
  const categories = encoderOf(single.categories);
  const task = utteranceClassification({ model, categories, ...(counts && { counts }) }, config);
  return { model, task, train: task.train.over(batchesOf(() => recordedBatch)), test: task.test.over(batchesOf(() => recordedBatch)) };
};

test('loss, gradient, accuracy and predictions equal S3PRL', async () => {
  const { model, train, test: judge } = recorded();
  const prepared = { layers: [] };
  const { value, grads } = tf.variableGrads(
    () => train.step(recordedBatch as never, prepared as never, { training: true, random: randomStream('t') })['loss'] as tf.Scalar,
    [model.logits],
  );
  expect(value.dataSync()[0]).toBeCloseTo(single.loss, 5);
  grads[model.logits.name]!.dataSync().forEach((gradient, index) => void expect(gradient).toBeCloseTo(single.gradient[index]!, 6));

  const { log, files } = await judgeRun(judge);
  expect(log['loss']).toBeCloseTo(single.loss, 5);
  expect(log['accuracy']).toBeCloseTo(single.accuracy, 9);
  const lines = (files!['predictions.csv'] as string).trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split(',')[2])).toEqual(single.predictions);
  expect(lines.map((line) => line.split(',')[0])).toEqual(recordedBatch.utterances);
});

test('the right label among the two most probable counts as in PyTorch', async () => {
  const { log } = await judgeRun(recorded({ topK: 2 }).test);
  expect(log['topAccuracy']).toBeCloseTo(single.top2Accuracy, 6);
  expect((await judgeRun(recorded().test)).log).not.toHaveProperty('topAccuracy');
});

test('weighted losses equal PyTorch, in training and when judged', async () => {
  // counts whose balanced weights are those recorded, up to a factor that the mean takes out
  const counts = single.weights.map((weight) => 4 / weight);
  const { train, test: judge } = recorded({ classWeights: 'balanced' }, counts);
  const fields = train.step(recordedBatch as never, { layers: [] } as never, { training: true, random: randomStream('t') });
  expect((fields['loss'] as tf.Scalar).dataSync()[0]).toBeCloseTo(single.weightedLoss, 5);
  expect((await judgeRun(judge)).log['loss']).toBeCloseTo(single.weightedLoss, 5);
});

test('shares of a batch weigh as much as their classes do', () => {
  const { train } = recorded({ classWeights: 'balanced' }, [3, 1, 1, 1]);
  const weightOf = (rows: readonly string[]) => train.weight!({} as never, { ...recordedBatch, labels: rows } as never);
  const [often, seldom] = [single.categories[0]!, single.categories[1]!];
  expect(weightOf([seldom]) / weightOf([often])).toBeCloseTo(3, 12);
  expect(weightOf([often, seldom, seldom])).toBeCloseTo(weightOf([often]) + 2 * weightOf([seldom]), 12);
  // a mean over utterances needs none
  expect(recorded().train.weight).toBeUndefined();
});

test('says what a guess would score: always the most frequent label', async () => {
  const { chance } = await judgeRun(recorded({ topK: 2 }).test);
  // labels: sad, angry, happy, neutral, neutral, happy
  expect(chance).toEqual({ accuracy: 2 / 6, balancedAccuracy: 1 / 4, topAccuracy: 4 / 6 });
});

test('draws what was taken for what', async () => {
  const { figures } = await judgeRun(recorded().test);
  expect(figures).toMatchObject([
    {
      kind: 'matrix',
      rows: ['angry', 'happy', 'neutral', 'sad'],
      values: [
        [1, 0, 0, 0],
        [0, 0, 2, 0],
        [0, 2, 0, 0],
        [0, 0, 0, 1],
      ],
    },
    {
      kind: 'table',
      columns: ['label', 'utterances', 'precision', 'recall', 'F1'],
      rows: [
        ['happy', '2', '0.0 %', '0.0 %', '0.0 %'],
        ['neutral', '2', '0.0 %', '0.0 %', '0.0 %'],
        ['angry', '1', '100.0 %', '100.0 %', '100.0 %'],
        ['sad', '1', '100.0 %', '100.0 %', '100.0 %'],
      ],
    },
    { kind: 'bars', bars: [1, 0, 0, 1].map((value) => ({ value })) },
  ]);
});

test('predicts a label and the probability of each', async () => {
  const task = utteranceClassification({
    model: fixedModel(hashTensor<tf.Tensor2D>(single.logits)),
    categories: encoderOf(single.categories),
  });
  const predictions = await task.predict(recordedBatch.waveforms);
  expect(predictions.map(({ label }) => label)).toEqual(single.predictions);
  for (const { label, probability, probabilities } of predictions) {
    expect(probability).toBe(Math.max(...Object.values(probabilities)));
    expect(probabilities[label]).toBe(probability);
    expect(Object.values(probabilities).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
  }
});

test('refuses parts that do not fit, saying what to do', () => {
  const build = (outputSize: number, labels: readonly string[], config = {}) =>
    utteranceClassification({ model: toyModel(outputSize), categories: encoderOf(labels) }, config);
  expect(() => build(4, names)).toThrow(WiringError);
  expect(() => build(4, names)).toThrow('model gives 4 logits, but there are 3 categories; build its downstream with outputSize 3');
  expect(() => build(1, ['up'])).toThrow('give at least 2');
  expect(() => build(3, names, { classWeights: 'balanced' })).toThrow('give counts, or set classWeights to none');
});

test.each<[string, unknown, string]>([
  ['fewer labels than waveforms', ['low'], 'the labels of a batch: found 1 for 6 waveforms; expected an entry for each waveform, as text'],
  ['class ids as a tensor', tf.tensor1d([0, 0, 1, 1, 2, 2], 'int32'), 'the labels of a batch: found no list'],
])('refuses %s', async (_, labels, message) => {
  const task = utteranceClassification({ model: toyModel(3), categories: encoderOf(names) });
  for (const run of [task.train.over(batchesOf(batchOf)), task.test.over(batchesOf(batchOf))])
    await expect(run.prepare({ ...batchOf(), labels } as never)).rejects.toThrow(message);
});
