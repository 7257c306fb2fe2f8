import { InputError, inference, randomStream, type Sequence, WiringError } from '@s3/interface';
import { batchesOf, judgeRun, testTask, toyFrameModel } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type EventBatch, eventPrediction } from './event-prediction.ts';
import { joinChunks } from './join-chunks.ts';
import type { SoundEvent } from './sound-event.ts';

const block = 4;
const labels = ['bark', 'horn'];
const categories = { size: 2, labels, encode: (label: string) => labels.indexOf(label), decode: (id: number) => labels[id]! };

/** Weights with which it hears everything. */
const hears = [9, 0, 0, 9, 0, 0, 0, 0];

const activityOf = (rows: readonly string[]): Sequence => ({
  values: Float32Array.from([...rows[0]!].flatMap((_, frame) => rows.map((row) => (row[frame] === '#' ? 1 : 0)))),
  frames: rows[0]!.length,
  features: rows.length,
});
/** Each label is a loud sample of its own in a frame, in silence it is as far below. */
const waveformOf = ({ values, frames }: Sequence): number[] =>
  Array.from({ length: frames }, (_, frame) => [...[0, 1].map((label) => (values[frame * 2 + label] ? 1 : -1)), 0, 0]).flat();

const batchOf = (
  activities: readonly Sequence[],
  startFrames = activities.map(() => 0),
  names = activities.map((_, row) => `r${row}`),
): EventBatch => {
  const samples = Math.max(...activities.map(({ frames }) => frames)) * block;
  const waveforms = activities.map(waveformOf);
  return {
    waveforms: {
      values: tf.tensor2d(waveforms.map((one) => [...one, ...new Array(samples - one.length).fill(0)])),
      lengths: waveforms.map(({ length }) => length),
    },
    recordings: names,
    startFrames,
    activities,
  };
};
const first = activityOf(['..####..........####', '........######......']);
const second = activityOf(['............', '..######....']);
const event = (recording: string, label: string, startSeconds: number, endSeconds: number): SoundEvent => ({
  recording,
  label,
  startSeconds,
  endSeconds,
});
const events = [event('r0', 'bark', 0.2, 0.6), event('r0', 'bark', 1.6, 2), event('r0', 'horn', 0.8, 1.4), event('r1', 'horn', 0.2, 0.8)];
const oneBatch = batchesOf(() => batchOf([first, second]));

describe('keeps the contract', () =>
  testTask({
    build() {
      const task = eventPrediction({ model: toyFrameModel(2), categories });
      return { task, train: task.train.over(oneBatch), test: task.test.over(oneBatch, { events }) };
    },
    learningRate: 3,
    steps: 40,
    metrics: [
      'f1Onset200ms',
      'f1Onset50ms',
      'f1OnsetOffset50ms',
      'segmentErrorRate',
      'loss',
      'threshold',
      'medianFilterMs',
      'minDurationMs',
      'events',
    ],
    sampleRate: 400,
  }));

type Built = ReturnType<typeof eventPrediction>;
const judge = (phase: Built['test'], batch: EventBatch, reference = events) =>
  judgeRun(
    phase.over(
      batchesOf(() => batch),
      { events: reference },
    ),
  );
const quick = { medianFilterMs: [0], minDurationMs: [0] };

test('what is heard without error is scored so, and written', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const { log, files, figures } = await judge(task.test, batchOf([first, second]));
  // an event lasts from the middle of its first frame to that of its last
  expect(log).toMatchObject({ f1Onset200ms: 1, f1Onset50ms: 1, segmentErrorRate: 0, events: 4 });
  expect((files!['events.csv'] as string).split('\n').slice(0, 2)).toEqual(['record_id,label,start_sec,end_sec', 'r0,bark,0.25,0.55']);
  expect((files!['labels.csv'] as string).split('\n')[2]).toBe('horn,2,2,1,1,1');
  expect(figures!.map(({ kind }) => kind)).toEqual(['table', 'timeline', 'timeline']);
});

test('the loss is the mean over labels of frames, padding left out', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const { log } = await judge(task.test, batchOf([first, second]));
  expect(log.loss).toBeCloseTo(Math.log1p(Math.exp(-9)), 6);
});

test('the losses of shares of a batch, by their weights, give the loss of the whole', async () => {
  const run = eventPrediction({ model: toyFrameModel(2), categories }, quick).train.over(oneBatch);
  const judged = async (rows: readonly number[]) => {
    const { waveforms, ...batch } = batchOf([first, second]);
    const chosen = {
      ...batch,
      // a frame of the second is not heard
      waveforms: { values: tf.gather(waveforms.values, [...rows]), lengths: rows.map((row) => waveforms.lengths[row]! - row * block) },
      activities: rows.map((row) => batch.activities[row]!),
    };
    const fields = run.step(chosen as never, (await run.prepare(chosen as never)) as never, inference) as { readonly loss: tf.Scalar };
    return { loss: fields.loss.dataSync()[0]!, weight: run.weight!(fields as never, chosen as never) };
  };
  const [one, other, whole] = [await judged([0]), await judged([1]), await judged([0, 1])];
  expect([one.weight, other.weight, whole.weight]).toEqual([20, 11, 31]);
  expect((one.loss * 20 + other.loss * 11) / 31).toBeCloseTo(whole.loss, 6);
});

test('chunks of a recording are joined, whatever order they come in', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const cut = (from: number, to: number) => ({ ...first, values: first.values.slice(2 * from, 2 * to), frames: to - from });
  const { log } = await judge(task.test, batchOf([cut(11, 20), cut(0, 11)], [11, 0], ['r0', 'r0']), events.slice(0, 3));
  expect(log).toMatchObject({ f1Onset50ms: 1, events: 3 });
});

test('what a quick try did not listen to is not missed, within a recording either', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const cut = (from: number, to: number) => ({ ...first, values: first.values.slice(2 * from, 2 * to), frames: to - from });
  const batches = batchesOf(
    () => batchOf([cut(0, 11)], [0], ['r0']),
    () => batchOf([cut(11, 20)], [11], ['r0']),
  );
  const { log } = await judgeRun(task.test.over(batches, { events: events.slice(0, 3) }), 1);
  expect(log).toMatchObject({ f1Onset200ms: 1, segmentErrorRate: 0 });
  expect(log.events).toBeLessThan(3);
});

test('a chunk has the frames of its labels', () => {
  const probabilities = { values: Float32Array.of(0.1, 0.2, 0.3, 0.4), frames: 2, features: 2 };
  const joined = joinChunks([
    { recording: 'a', startFrame: 0, probabilities, frames: 1 },
    { recording: 'a', startFrame: 1, probabilities, frames: 3 },
  ]);
  const rounded = [...joined.get('a')!.values].map((value) => Math.round(10 * value));
  expect(rounded).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
});

test('decisions are chosen on the validation set, and kept', async () => {
  const build = () =>
    eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, { medianFilterMs: [0], minDurationMs: [450, 0, 250] });
  const task = build();
  // nothing below half a second is left at first
  expect((await judge(task.test, batchOf([first, second]))).log).toMatchObject({ minDurationMs: 450, f1Onset200ms: 2 / 3 });
  expect((await judge(task.valid!, batchOf([first, second]))).log).toMatchObject({ minDurationMs: 0, f1Onset200ms: 1 });
  expect((await judge(task.test, batchOf([first, second]))).log.minDurationMs).toBe(0);
  const again = build();
  again.loadState(task.state());
  expect((await judge(again.test, batchOf([first, second]))).log.minDurationMs).toBe(0);
  // other settings than those it was chosen among
  const changed = eventPrediction(
    { model: toyFrameModel(2, { weights: hears }), categories },
    { medianFilterMs: [200, 0], minDurationMs: [350] },
  );
  changed.loadState(task.state());
  expect((await judge(changed.test, batchOf([first, second]))).log).toMatchObject({ medianFilterMs: 0, minDurationMs: 350 });
  const byErrors = eventPrediction({
    model: toyFrameModel(2, { weights: hears }),
    categories,
    metric: 'segmentErrorRate',
    usual: { medianFilterMs: [0], minDurationMs: [450, 100] },
  });
  // the lower the better
  expect((await judge(byErrors.valid!, batchOf([first, second]))).log).toMatchObject({ minDurationMs: 100, segmentErrorRate: 0 });
});

test('only what was listened to is missed', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const { log } = await judge(task.test, batchOf([first]));
  expect(log).toMatchObject({ f1Onset200ms: 1, events: 3 });
});

test('predicts the events of each waveform', async () => {
  const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories }, quick);
  const predictions = await task.predict(batchOf([first, second]).waveforms);
  expect(predictions[1]).toEqual([event('1', 'horn', 0.25, 0.75)]);
  expect(predictions[0]!.map(({ label }) => label)).toEqual(['bark', 'horn', 'bark']);
});

describe('a recording of any length', () => {
  const chunkFrames = 12;
  const chunks = { chunkSeconds: chunkFrames / 10, keepShortChunk: true };
  const random = randomStream('recording');
  // 5 chunks and a half; what is left of its last frame nobody hears
  const samples = Float32Array.from({ length: 66 * block + 3 }, () => 2 * random.uniform() - 1);
  const recording = {
    name: 'street',
    sampleRate: 40,
    samples: samples.length,
    read: async (from: number, to: number) => samples.slice(from, to),
  };
  const build = (cut = chunks, settings = { medianFilterMs: [500, 0], minDurationMs: [100, 300] }) =>
    eventPrediction({ model: toyFrameModel(2), categories, chunks: cut }, { thresholds: [0.5, 0.55], ...settings });

  /** What the test stage writes of it, chunks as `diarizationDataset` cuts them, in batches of three. */
  async function tested(task: Built, lastFrames: number): Promise<string> {
    const starts = [0, 12, 24, 36, 48, 60].filter((start) => start < 60 || lastFrames > 0);
    const batches: EventBatch[] = [];
    for (let first = 0; first < starts.length; first += 3) {
      const group = starts.slice(first, first + 3);
      const counts = group.map((start) => (start === 60 ? lastFrames : chunkFrames));
      const waveforms = group.map((start, row) => samples.slice(start * block, (start + counts[row]!) * block));
      const longest = Math.max(...waveforms.map(({ length }) => length));
      batches.push({
        waveforms: {
          values: tf.tensor2d(waveforms.map((one) => [...one, ...new Array(longest - one.length).fill(0)])),
          lengths: waveforms.map(({ length }) => length),
        },
        recordings: group.map(() => 'street'),
        startFrames: group,
        activities: counts.map((frames) => ({ values: new Float32Array(2 * frames), frames, features: 2 })),
      });
    }
    const run = task.test.over(batchesOf(...batches.map((batch) => () => batch)), { events: [] });
    return (await judgeRun(run)).files!['events.csv'] as string;
  }
  const csvOf = (tsv: string) =>
    `record_id,label,start_sec,end_sec\n${tsv.replace(/^(.*)\t(.*)\t(.*)\t(.*)$/gm, (_, name, start, end, label) => [name, label, start, end].join())}`;

  test('has the events of the test stage, their times and decision', async () => {
    const task = build();
    const seen: number[] = [];
    const { prediction, text } = await task.predictRecording!(recording, { onProgress: (done) => void seen.push(done) });
    expect(prediction.length).toBeGreaterThan(5);
    expect(text!.format).toBe('tsv');
    expect(csvOf(text!.content)).toBe(await tested(task, 6));
    expect(prediction[0]).toEqual({
      recording: 'street',
      label: expect.any(String),
      startSeconds: expect.any(Number),
      endSeconds: expect.any(Number),
    });
    expect(seen).toEqual([4.8, 6.6]);

    // another decision, kept with a checkpoint
    task.loadState({ tensors: {}, values: { threshold: 0.55, medianFilterMs: 0, minDurationMs: 100 } });
    const changed = await task.predictRecording!(recording);
    expect(changed.text!.content).not.toBe(text!.content);
    expect(csvOf(changed.text!.content)).toBe(await tested(task, 6));
  });

  test('has them also where the test stage leaves out a last chunk', async () => {
    const task = build({ ...chunks, keepShortChunk: false });
    const { prediction, text } = await task.predictRecording!(recording);
    expect(csvOf(text!.content)).toBe(await tested(task, 0));
    expect(Math.max(...prediction.map(({ endSeconds }) => endSeconds))).toBeLessThan(6);
  });

  test('is read piece by piece, and leaves no tensor behind', async () => {
    const task = build();
    const before = tf.memory().numTensors;
    let longest = 0;
    const read = (from: number, to: number) => {
      longest = Math.max(longest, to - from);
      return recording.read(from, to);
    };
    await task.predictRecording!({ ...recording, read });
    expect(longest).toBe(chunkFrames * block);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has lines of four fields, whatever labels are called', async () => {
    const labels = ['bark\tor whine', 'horn'];
    const named = { ...categories, labels, decode: (id: number) => labels[id]! };
    const task = eventPrediction({ model: toyFrameModel(2, { weights: hears }), categories: named, chunks }, quick);
    const loud = { ...recording, samples: 8, read: async () => Float32Array.of(1, -1, 0, 0, 1, -1, 0, 0) };
    expect((await task.predictRecording!(loud)).text!.content).toBe('street\t0.05\t0.15\tbark or whine\n');
  });

  test('is refused where it does not fit', async () => {
    const task = build();
    await expect(task.predictRecording!({ ...recording, samples: 0 })).rejects.toThrow('street: found 0 samples');
    await expect(task.predictRecording!({ ...recording, sampleRate: 8000 })).rejects.toThrow('takes 40 Hz');
    await expect(task.predictRecording!(recording, { speakers: 2 })).rejects.toThrow('found 2 speakers; expected a recording alone');
    await expect(task.predictRecording!(recording, { speakerModel: task })).rejects.toThrow('found a speaker model');
  });
});

test('refuses what does not fit', async () => {
  expect(() => eventPrediction({ model: toyFrameModel(3), categories })).toThrow(WiringError);
  expect(() => eventPrediction({ model: toyFrameModel(3), categories })).toThrow('build its downstream with outputSize 2');
  const task = eventPrediction({ model: toyFrameModel(2), categories });
  const batch = batchOf([first]);
  const short = { ...batch, activities: [second] };
  await expect(judge(task.test, short)).rejects.toThrow(InputError);
  await expect(judge(task.test, short)).rejects.toThrow('r0, chunk from frame 0: found 12 frames of labels where the model gives 20');
});
