import { InputError, randomStream, WiringError } from '@s3/interface';
import { batchesOf, judgeRun, testTask } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import reference from './fixtures/scenes.json' with { type: 'json' };
import { bumps, encoderOf, fixedModel, toyModel } from './fixtures/toy-model.ts';
import { normalQuantile } from './normal-quantile.ts';
import { meanScores, rankingScores } from './ranking-scores.ts';
import { type PredictionType, type SceneBatch, scenePrediction } from './scene-prediction.ts';

const names = ['bark', 'rain', 'siren'];
const metrics = ['loss', 'accuracy', 'meanAveragePrecision', 'rocAuc', 'dPrime', 'utterances'];
describe.each([
  ['multiclass', [['bark'], ['rain'], ['siren'], ['rain']]],
  ['multilabel', [['bark'], ['bark', 'siren'], [], ['rain', 'siren']]],
] as const)('%s keeps the contract', (predictionType, labels) => {
  testTask({
    build() {
      const task = scenePrediction({ model: toyModel(3), categories: encoderOf(names), predictionType });
      const batch = () => ({ waveforms: bumps([0, 1, 2, 3]), labels, utterances: ['a', 'b', 'c', 'd'] });
      return { task, train: task.train.over(batchesOf(batch)), test: task.test.over(batchesOf(batch)) };
    },
    learningRate: 4,
    metrics,
  });
});

const batchOf = (labels: readonly (readonly string[])[]): SceneBatch => ({
  waveforms: { values: tf.zeros([labels.length, 1]), lengths: labels.map(() => 1) },
  labels,
  utterances: labels.map((_, row) => `u${row}`),
});
function fixed(logits: readonly number[], categories: readonly string[], predictionType: PredictionType, config = {}) {
  const model = fixedModel(tf.tensor2d([...logits], [logits.length / categories.length, categories.length]));
  return { model, task: scenePrediction({ model, categories: encoderOf(categories), predictionType }, config) };
}

describe.each(reference.cases)('$name', ({ predictionType, categories, labels, logits, loss, gradient, scores }) => {
  const build = () => fixed(logits, categories, predictionType as PredictionType, { pitches: 'chroma_acc' in scores });

  test("gives the original's loss and gradient", () => {
    const { model, task } = build();
    const run = task.train.over(batchesOf(() => batchOf(labels)));
    const step = () => run.step(batchOf(labels) as never, { layers: [] } as never, { training: true, random: randomStream('t') })['loss'];
    const { value, grads } = tf.variableGrads(() => step() as tf.Scalar);
    expect(value.dataSync()[0]).toBeCloseTo(loss, 5);
    const found = grads[model.logits.name]!.dataSync();
    gradient.forEach((expected, index) => void expect(found[index]).toBeCloseTo(expected, 6));
  });

  test("gives the original's scores", async () => {
    const { task } = build();
    const { log } = await judgeRun(task.test.over(batchesOf(() => batchOf(labels))));
    const recorded = scores as { readonly [score: string]: number };
    expect(log['loss']).toBeCloseTo(recorded['loss']!, 5);
    const ours = {
      mAP: 'meanAveragePrecision',
      d_prime: 'dPrime',
      aucroc: 'rocAuc',
      pitch_acc: 'accuracy',
      chroma_acc: 'chromaAccuracy',
    } as const;
    for (const [score, metric] of Object.entries(ours)) if (score in recorded) expect(log[metric], score).toBeCloseTo(recorded[score]!, 6);
    // of several labels the original asks for the first one
    if (predictionType === 'multiclass' && 'top1_acc' in recorded) expect(log['accuracy']).toBeCloseTo(recorded['top1_acc']!, 12);
  });
});

test('of several labels the most probable may be any', async () => {
  const { task } = fixed([0, 2, 1, 3, 1, 1, 0, 0, 9], names, 'multilabel');
  const batch = batchOf([['bark', 'rain'], ['rain', 'siren'], []]);
  const { log, files } = await judgeRun(task.test.over(batchesOf(() => batch)));
  expect(log['accuracy']).toBeCloseTo(1 / 3, 12);
  const [header, ...rows] = (files!['predictions.csv'] as string).split('\n').slice(0, 4);
  expect(header).toBe('id,labels,prediction,probability');
  expect(rows.map((row) => row.slice(0, row.lastIndexOf(',')))).toEqual(['u0,bark ; rain,rain', 'u1,rain ; siren,bark', 'u2,,siren']);
  // an engine's sigmoid may differ in the last digit
  [0.880797, 0.952574, 0.999877].forEach((probability, row) => {
    expect(Number(rows[row]!.slice(rows[row]!.lastIndexOf(',') + 1))).toBeCloseTo(probability, 5);
  });
  expect(files).not.toHaveProperty(['confusion.csv']);
});

test('pitches an octave apart have one chroma, whatever pitches are missing', async () => {
  const categories = ['100', '60', '72', '87'];
  const { task } = fixed([0, 0, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0], categories, 'multiclass', { pitches: true });
  const batch = batchOf([['60'], ['87'], ['100']]);
  const { log } = await judgeRun(task.test.over(batchesOf(() => batch)));
  // 72 for 60, 100 for 87 (no octaves), 100 for 100
  expect(log).toMatchObject({ accuracy: 1 / 3, chromaAccuracy: 2 / 3 });
});

test.each(reference.quantiles)('the normal quantile of %f', (probability, quantile) => {
  expect(Math.abs(normalQuantile(probability!) - quantile!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(quantile!)));
});

test('a label that is told apart without an error has a finite distance', () => {
  const perfect = rankingScores([0.9, 0.8, 0.2, 0.1], [true, true, false, false]);
  expect(perfect).toMatchObject({ averagePrecision: 1, rocAuc: 1 });
  // seven eighths of the pairs in order
  expect(perfect.dPrime).toBeCloseTo(Math.SQRT2 * 1.1503493803760079, 9);
  expect(rankingScores([0.1, 0.9], [true, false]).dPrime).toBeCloseTo(0, 12);
  expect(rankingScores([0.5, 0.5], [true, false])).toMatchObject({ averagePrecision: 0.5, rocAuc: 0.5, dPrime: 0 });
});

test('labels that nobody has, or everybody, are left out of the means', () => {
  const none = rankingScores([0.5, 0.4], [false, false]);
  const all = rankingScores([0.5, 0.4], [true, true]);
  const one = rankingScores([0.5, 0.4], [true, false]);
  expect(none.averagePrecision).toBeNaN();
  expect(all).toMatchObject({ averagePrecision: 1, rocAuc: Number.NaN, dPrime: Number.NaN });
  expect(meanScores([none, all, one])).toEqual({ meanAveragePrecision: 1, rocAuc: 1, dPrime: one.dPrime });
  expect(meanScores([none]).rocAuc).toBeNaN();
});

test('predicts the probability of every label', async () => {
  const logits = [0, 2, -1];
  const { task } = fixed(logits, names, 'multilabel');
  const [prediction] = await task.predict({ values: tf.zeros([1, 1]), lengths: [1] });
  expect(prediction!.label).toBe('rain');
  names.forEach((name, id) => void expect(prediction!.probabilities[name]).toBeCloseTo(1 / (1 + Math.exp(-logits[id]!)), 6));
});

test('refuses what does not fit, saying what to do', () => {
  const build = (outputSize: number, labels: readonly string[], predictionType: PredictionType, config = {}) =>
    scenePrediction({ model: toyModel(outputSize), categories: encoderOf(labels), predictionType }, config);
  expect(() => build(4, names, 'multiclass')).toThrow(WiringError);
  expect(() => build(4, names, 'multiclass')).toThrow('build its downstream with outputSize 3');
  expect(() => build(1, ['bark'], 'multiclass')).toThrow('give at least 2');
  expect(() => build(1, ['bark'], 'multilabel')).not.toThrow();
  expect(() => build(3, names, 'multiclass', { pitches: true })).toThrow("the label 'bark' is no number of a MIDI pitch");
  expect(() => build(2, ['60', '61'], 'multilabel', { pitches: true })).toThrow('set pitches to false');
  const { task } = fixed([0, 1, 2], names, 'multiclass');
  const step = (labels: readonly string[]) => () =>
    task.train
      .over(batchesOf(() => batchOf([labels])))
      .step(batchOf([labels]) as never, { layers: [] } as never, { training: true, random: randomStream('t') });
  expect(step(['bark', 'rain'])).toThrow(InputError);
  expect(step(['bark', 'rain'])).toThrow("utterance 'u0': found 2 labels (bark ; rain)");
  expect(step([])).toThrow('found no label');
});
