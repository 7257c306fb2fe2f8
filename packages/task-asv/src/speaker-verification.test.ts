import {
  type Columns,
  type Embeddings,
  type Figure,
  moduleOf,
  type Random,
  randomStream,
  type WaveformModel,
  WiringError,
} from '@s3/interface';
import { weightOf } from '@s3/interface/layers';
import { normalTensor } from '@s3/interface/tensors';
import { batchesOf, judgeRun, testTask } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { LossSizes, SpeakerLoss } from './losses/speaker-loss.ts';
import { type SpeakerBatch, speakerVerification } from './speaker-verification.ts';

const samples = 8;
/** One matrix product over the first samples: the smallest model that can be trained. */
function toyModel(): WaveformModel<Embeddings> {
  const weight = tf.variable(normalTensor([samples, 6], 0.5, randomStream('toy'))) as tf.Variable<tf.Rank.R2>;
  return {
    ...moduleOf({ weight }),
    outputSize: 6,
    sampleRate: 16_000,
    downsampleRate: 1,
    prepare: async ({ values, lengths }) => ({
      layers: [{ values: tf.tidy(() => tf.expandDims(tf.slice(values, [0, 0], [-1, samples]), 1)), lengths: lengths.map(() => 1) }],
    }),
    forward: (input) => ('layers' in input ? tf.matMul(tf.squeeze(input.layers[0]!.values, [1]), weight) : tf.zeros([1, 6])),
  };
}
const names = ['ann', 'bob', 'eve'];
const speakers = { size: 3, labels: names, encode: (name: string) => names.indexOf(name), decode: (id: number) => names[id]! };

/** Two utterances of each speaker: the speaker's own direction and some noise. */
function utterances(noise: number) {
  const random = randomStream('utterances');
  return names.flatMap((speaker, id) =>
    [1, 2].map((take) => ({
      id: `${speaker}-${take}`,
      speaker: id,
      samples: Array.from({ length: samples }, (_, sample) => (sample % 3 === id ? 1 : 0) + noise * random.normal()),
    })),
  );
}
function batchOf(items: ReturnType<typeof utterances>): SpeakerBatch {
  return {
    waveforms: { values: tf.tensor2d(items.map((item) => item.samples)), lengths: items.map(() => samples) },
    speakers: tf.tensor1d(
      items.map((item) => item.speaker),
      'int32',
    ),
    utterances: items.map((item) => item.id),
  };
}
const trialsOf = (items: ReturnType<typeof utterances>) =>
  items.flatMap((a, index) => items.slice(index + 1).map((b) => ({ enroll: a.id, test: b.id, sameSpeaker: a.speaker === b.speaker })));
const noBatches = batchesOf<never>();
const oneBatch = batchesOf(() => batchOf(utterances(0.3)));

describe.each(['amsoftmax', 'softmax'] as const)('keeps the contract with %s', (loss) =>
  testTask({
    build() {
      const task = speakerVerification({ model: toyModel(), speakers }, { loss, margin: 0.2, scale: 5 });
      return { task, train: task.train.over(oneBatch), test: task.test.over(oneBatch, trialsOf(utterances(0.3))) };
    },
    learningRate: 1,
    metrics: ['eer', 'eerThreshold', 'minDcf', 'minDcfThreshold', 'trials'],
  }),
);

/** Likelier the nearer to the speaker's center. */
function centers({ inputSize, outputSize }: LossSizes, random: Random): SpeakerLoss {
  const weight = weightOf(normalTensor([outputSize, inputSize], 0.5, random)) as tf.Variable<tf.Rank.R2>;
  return {
    ...moduleOf({ weight }),
    forward(embeddings, speakers) {
      const offsets = tf.sub(tf.expandDims(embeddings, 1), weight); // (batch, speakers, features)
      const likeness = tf.neg(tf.sum(tf.square(offsets), -1)) as tf.Tensor2D;
      const hits = tf.mul(tf.logSoftmax(likeness), tf.oneHot(speakers, outputSize));
      return { loss: tf.neg(tf.mean(tf.sum(hits, -1))) as tf.Scalar, logits: likeness, likeness };
    },
  };
}

describe('keeps the contract with a loss of somebody else', () => {
  const build = () => {
    const task = speakerVerification({ model: toyModel(), speakers, loss: centers });
    return { task, train: task.train.over(oneBatch), test: task.test.over(oneBatch, trialsOf(utterances(0.3))) };
  };
  testTask({ build, learningRate: 0.2, metrics: ['eer'] });

  test('whose weights are the only ones of the task', () => {
    const { tensors } = build().task.state();
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([
      ['loss.weight', [speakers.size, toyModel().outputSize]],
    ]);
  });
});

test('logs the mean loss and the share of speakers recognised', async () => {
  const task = speakerVerification({ model: toyModel(), speakers });
  const run = task.train.over(noBatches);
  const batch = batchOf(utterances(0.3));
  const fields = run.step(batch as never, (await run.prepare(batch as never)) as never, { training: true, random: randomStream('step') });
  // the nearest speaker by direction; the margin of 0.4 has no part in it
  const W = task.state().tensors['loss.W'] as tf.Tensor2D;
  const embeddings = tf.matMul(batch.waveforms.values, task.model.state().tensors['weight'] as tf.Tensor2D);
  const nearest = tf.argMax(tf.div(tf.matMul(embeddings, W), tf.norm(W, 'euclidean', 0, true)), -1).dataSync();
  const expected = utterances(0.3).map(({ speaker }, row) => (nearest[row] === speaker ? 1 : 0));
  expect([...(fields['recognised'] as tf.Tensor1D).dataSync()]).toEqual(expected);

  const { log } = run.reduce({ loss: [1, 3], recognised: [1, 1, 0, 1] } as Columns<{ loss: number; recognised: number[] }> as never);
  expect(log).toEqual({ loss: 2, accuracy: 0.75 });
});

test('judges a test set by its trials', async () => {
  const items = utterances(0.01);
  const task = speakerVerification({ model: toyModel(), speakers });
  const { log, files, figures } = await judgeRun(
    task.test.over(
      batchesOf(() => batchOf(items)),
      trialsOf(items),
    ),
  );

  expect(log).toMatchObject({ eer: 0, minDcf: 0, trials: 15 });
  expect(log.eerThreshold).toBeGreaterThan(0.9);
  const lines = (files!['scores.csv'] as string).trimEnd().split('\n');
  expect(lines[0]).toBe('id1,id2,score,label');
  expect(lines[1]).toMatch(/^ann-1,ann-2,0\.99\d+,1$/);
  expect(lines.length).toBe(16);

  const [histogram, curve] = figures as [Extract<Figure, { kind: 'histogram' }>, Extract<Figure, { kind: 'lines' }>];
  expect(histogram.series.map(({ values }) => values.length)).toEqual([3, 12]);
  expect(histogram.marks).toEqual([{ name: 'equal error rate', at: log.eerThreshold }]);
  expect(curve.x.scale).toBe('probit');
  for (const rate of [...curve.series[0]!.x, ...curve.series[0]!.y]) expect(rate > 0 && rate < 1).toBe(true);
});

test('draws a long curve with at most 500 points, end to end', () => {
  const random = randomStream('scores');
  const ids = Array.from({ length: 120 }, (_, id) => `u${id}`);
  const embeddings = ids.map(() => Float32Array.from([random.normal(), random.normal(), random.normal()]));
  const trials = ids.flatMap((enroll, a) => ids.slice(a + 1).map((test, b) => ({ enroll, test, sameSpeaker: (a + b) % 3 === 0 })));
  const run = speakerVerification({ model: toyModel(), speakers }).test.over(noBatches, trials);
  const { figures } = run.reduce({ embeddings, utterances: ids } as never);
  const curve = (figures as Extract<Figure, { kind: 'lines' }>[])[1]!.series[0]!;
  expect(curve.x.length).toBeGreaterThan(200);
  expect(curve.x.length).toBeLessThanOrEqual(500);
  expect(curve.y[0]).toBeGreaterThan(0.999);
  expect(curve.x.at(-1)).toBeGreaterThan(0.999);
});

test('quotes ids that csv would tear apart', () => {
  const task = speakerVerification({ model: toyModel(), speakers });
  const trials = [
    { enroll: 'a,"1"', test: 'b', sameSpeaker: true },
    { enroll: 'b', test: 'c', sameSpeaker: false },
  ];
  const embeddings = [Float32Array.from([1, 0]), Float32Array.from([1, 1]), Float32Array.from([0, 1])];
  const { files } = task.test.over(noBatches, trials).reduce({ embeddings, utterances: ['a,"1"', 'b', 'c'] } as never);
  expect(files!['scores.csv']).toBe('id1,id2,score,label\n"a,""1""",b,0.707106769,1\nb,c,0.707106769,0\n');
});

test('predicts one embedding for each waveform and leaves no tensor behind', async () => {
  const model = toyModel();
  const task = speakerVerification({ model, speakers });
  const { waveforms } = batchOf(utterances(0.1));
  const before = tf.memory().numTensors;
  const embeddings = await task.predict(waveforms);
  expect(tf.memory().numTensors).toBe(before);
  expect(embeddings.length).toBe(6);
  const expected = tf.matMul(waveforms.values, model.state().tensors['weight'] as tf.Tensor2D).arraySync() as number[][];
  embeddings.forEach(
    (embedding, row) => void embedding.forEach((value, index) => void expect(value).toBeCloseTo(expected[row]![index]!, 5)),
  );
});

test('keeps the weights of its loss apart from the model', () => {
  const names = (loss: 'amsoftmax' | 'softmax') =>
    Object.keys(speakerVerification({ model: toyModel(), speakers }, { loss }).state().tensors);
  expect(names('amsoftmax')).toEqual(['loss.W']);
  expect(names('softmax')).toEqual(['loss.fc.weight', 'loss.fc.bias']);
});

test('refuses a training set of one speaker', () => {
  const one = { ...speakers, size: 1, labels: ['ann'] };
  expect(() => speakerVerification({ model: toyModel(), speakers: one })).toThrow(WiringError);
});

test('judges a test set after cohort and calibration, and reports the steps before', () => {
  const random = randomStream('chain');
  const ids = Array.from({ length: 24 }, (_, id) => `u${id}`);
  const speakerOf = (id: number) => id % 6;
  const embeddings = ids.map((_, id) =>
    Float32Array.from({ length: 6 }, (_, feature) => (feature === speakerOf(id) ? 2 : 0) + random.normal()),
  );
  const pairs = (from: number, to: number) =>
    ids
      .slice(from, to)
      .flatMap((enroll, a) =>
        ids.slice(from + a + 1, to).map((test, b) => ({ enroll, test, sameSpeaker: speakerOf(from + a) === speakerOf(from + a + b + 1) })),
      );
  const cohort = { speakers: new Map(ids.slice(12).map((id, row) => [id, `s${row % 6}`])), topK: 4, averageSpeakers: false };
  const calibration = { trials: pairs(12, 24), seconds: new Map(ids.map((id, row) => [id, 1 + row])) };
  const run = speakerVerification({ model: toyModel(), speakers }).test.over(noBatches, { trials: pairs(0, 12), cohort, calibration });
  const { log, files, figures } = run.reduce({ embeddings, utterances: ids } as never);
  expect(Object.keys(files!)).toEqual(['scores.csv', 'scores-raw.csv', 'scores-asNorm.csv']);
  const { rawEer, asNormEer, eer } = log as { rawEer: number; asNormEer: number; eer: number };
  for (const rate of [rawEer, asNormEer, eer]) expect(rate).toBeLessThan(0.5);
  const curves = (figures as Extract<Figure, { kind: 'lines' }>[])[1]!.series;
  expect(curves.map(({ name }) => name)).toEqual(['raw', 'asNorm', 'calibrated']);
});

describe('of which only the first batches are embedded', () => {
  const items = utterances(0.01);
  const embeddings = items.map((item) => Float32Array.from(item.samples));
  const trials = trialsOf(items);
  const reduced = (reference: Parameters<ReturnType<typeof speakerVerification>['test']['over']>[1], count: number, isPartial = true) => {
    const columns = { embeddings: embeddings.slice(0, count), utterances: items.slice(0, count).map(({ id }) => id) };
    const run = speakerVerification({ model: toyModel(), speakers }).test.over(noBatches, reference);
    return run.reduce(columns as never, { isPartial });
  };

  test('a test set is judged by the trials that are left, and says how many are not', () => {
    const { log, files } = reduced(trials, 4);
    expect(log).toMatchObject({ eer: 0, trials: 6, trialsLeftOut: 9 });
    expect((files!['scores.csv'] as string).trimEnd().split('\n').length).toBe(7);
    expect(reduced(trials, 6).log).not.toHaveProperty('trialsLeftOut');
  });

  test('cohort and calibration are used as far as they are there', () => {
    const cohort = (ids: readonly string[]) => ({ speakers: new Map(ids.map((id) => [id, id])), topK: 2, averageSpeakers: false });
    const some = reduced({ trials, cohort: cohort(['ann-2', 'bob-1', 'eve-1']), calibration: { trials } }, 4);
    expect(Object.keys(some.log)).toEqual(expect.arrayContaining(['rawEer', 'asNormEer']));
    const none = reduced({ trials, cohort: cohort(['eve-1', 'eve-2']), calibration: { trials: trials.slice(0, 1) } }, 4);
    expect(Object.keys(none.log)).not.toContain('rawEer');
  });

  test('a test set without trials of both kinds is refused, and so is one that should be whole', () => {
    expect(() => reduced(trials, 2)).toThrow('both utterances of 1 of 15 trials, 1 of them of one speaker; expected');
    expect(() => reduced(trials, 2)).toThrow('evalBatches');
    expect(() => reduced(trials, 4, false)).toThrow('2 utterances without an embedding');
  });
});

test.each<[string, unknown, string]>([
  ['too few', tf.tensor1d([0], 'int32'), 'the speakers of a batch: found 1 class ids for'],
  ['another encoder', tf.fill([utterances(0.3).length], 7, 'int32'), 'found the class id 7; expected a tensor of'],
  ['texts', ['ann', 'bob'], 'found 0 class ids for'],
])('refuses speakers of %s', async (_, given, message) => {
  const run = speakerVerification({ model: toyModel(), speakers }).train.over(noBatches);
  await expect(run.prepare({ ...batchOf(utterances(0.3)), speakers: given } as never)).rejects.toThrow(message);
});
