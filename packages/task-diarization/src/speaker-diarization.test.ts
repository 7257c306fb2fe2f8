import { downloadFields, InputError, inference, randomStream, type Sequence } from '@s3/interface';
import { batchesOf, judgeRun, testTask, toyFrameModel } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type FrameErrors, frameErrorRate, sumErrors } from './frame-errors.ts';
import { type DiarizationBatch, speakerDiarization } from './speaker-diarization.ts';

const block = 4;

/** Each speaker is a loud sample of his own in a frame, in silence another sample is. */
function waveformOf({ values, frames, features }: Sequence): number[] {
  return Array.from({ length: frames }, (_, frame) => {
    const speaks = Array.from({ length: block - 1 }, (_, speaker) => (speaker < features ? values[frame * features + speaker]! : 0));
    return [...speaks.map((value) => (value ? 1 : -1)), 0];
  }).flat();
}

function activityOf(seed: string, frames: number, speakers = 2): Sequence {
  const random = randomStream('activity', seed);
  const values = new Float32Array(frames * speakers);
  for (let speaker = 0; speaker < speakers; speaker++) {
    let speaks = 0;
    for (let frame = 0; frame < frames; frame++) {
      if (random.uniform() < 0.15) speaks = 1 - speaks;
      values[frame * speakers + speaker] = speaks;
    }
  }
  return { values, frames, features: speakers };
}

function batchOf(...activities: readonly Sequence[]): DiarizationBatch {
  const waveforms = activities.map(waveformOf);
  const longest = Math.max(...waveforms.map(({ length }) => length));
  return {
    waveforms: {
      values: tf.tensor2d(waveforms.map((samples) => [...samples, ...new Array(longest - samples.length).fill(0)])),
      lengths: waveforms.map(({ length }) => length),
    },
    recordings: activities.map((_, row) => `r${row}`),
    startFrames: activities.map(() => 0),
    activities,
  };
}

const oneBatch = (...activities: readonly Sequence[]) => batchesOf(() => batchOf(...activities));

/** Segments of the activity: what a reference RTTM would hold. */
function segmentsOf(activity: Sequence, recording: string) {
  const segments = [];
  for (let speaker = 0; speaker < activity.features; speaker++) {
    for (let frame = 0; frame < activity.frames; frame++) {
      if (activity.values[frame * activity.features + speaker] === 0) continue;
      segments.push({ recording, speaker: `s${speaker}`, startSeconds: frame / 10, endSeconds: (frame + 1) / 10 });
    }
  }
  return segments;
}

const [first, second] = [activityOf('a', 30), activityOf('b', 21)];
const reference = { segments: [...segmentsOf(first, 'r0'), ...segmentsOf(second, 'r1')] };

describe('keeps the contract', () =>
  testTask({
    build() {
      const task = speakerDiarization({ model: toyFrameModel(2) });
      const batches = oneBatch(first, second);
      return { task, train: task.train.over(batches), test: task.test.over(batches, reference) };
    },
    learningRate: 3,
    steps: 40,
    metrics: ['der', 'missed', 'falseAlarm', 'confusion', 'jer', 'frameDer', 's3prlDer', 'accuracy', 'loss', 'threshold', 'medianFrames'],
    sampleRate: 400,
  }));

async function trained(config: Parameters<typeof speakerDiarization>[1] = {}, speakers = 2) {
  const model = toyFrameModel(speakers);
  const task = speakerDiarization({ model }, config);
  const [a, b] = speakers === 2 ? [first, second] : [activityOf('c', 40, speakers), activityOf('d', 30, speakers)];
  const run = task.train.over(oneBatch(a!, b!));
  const batch = batchOf(a!, b!);
  const input = await run.prepare(batch as never);
  for (let step = 0; step < 60; step++) {
    tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => run.step(batch as never, input as never, { ...inference, training: true })['loss'] as tf.Scalar,
      );
      const weight = model.trainable[0]!;
      weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 3)));
    });
  }
  return { task, model };
}

/** What is judged is disposed, and some is judged again. */
const copyOf = ({ waveforms, ...batch }: DiarizationBatch): DiarizationBatch => ({
  ...batch,
  waveforms: { ...waveforms, values: tf.clone(waveforms.values) },
});
const judge = (phase: Pick<ReturnType<typeof speakerDiarization>['test'], 'over'>, batches: readonly DiarizationBatch[], of = reference) =>
  judgeRun(phase.over(batchesOf(...batches.map((batch) => () => copyOf(batch))), of));

const log = async (...given: Parameters<typeof judge>) => (await judge(...given)).log;

test('learns who speaks when, and writes it down', async () => {
  const { task } = await trained({ thresholds: [0.5], medianFrames: [1] });
  const { log, files, figures } = await judge(task.test, [batchOf(first, second)]);
  expect(log).toMatchObject({ frameDer: 0, s3prlDer: 0, accuracy: 1, threshold: 0.5, medianFrames: 1 });
  expect(log).toMatchObject({ collarSeconds: 0, overlapScored: 1, tunedHere: 0 });
  expect(log.der).toBeCloseTo(0, 9);
  for (const metric of ['missed', 'falseAlarm', 'confusion', 'jer'] as const) expect(log[metric]).toBeCloseTo(0, 9);
  expect(files!['hypothesis.rttm']).toMatch(/^SPEAKER r0 1 \d+\.\d{3} \d+\.\d{3} <NA> <NA> r0_[01] <NA> <NA>\n/);
  expect(files!['recordings.csv']).toMatch(/^recording,der,.*\nr0,0\.000000,.*,0,scored,pyannote\nr1,.*\nOVERALL,0\.000000,/);
  expect(figures).toHaveLength(2);
  expect(figures![0]).toMatchObject({ kind: 'timeline', title: expect.stringContaining('collar 0 s, overlap scored') });

  const [predicted] = await task.predict(batchOf(first).waveforms);
  const spoken = (segments: readonly { startSeconds: number; endSeconds: number }[]) =>
    segments.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  expect(spoken(predicted!)).toBeCloseTo(spoken(segmentsOf(first, 'r0')), 6);
});

test('joins the chunks of a recording, and scores the regions asked for', async () => {
  const { task } = await trained({ thresholds: [0.5], medianFrames: [1] });
  const part = (from: number, to: number) => {
    const values = first.values.slice(from * 2, to * 2);
    return { ...batchOf({ values, frames: to - from, features: 2 }), startFrames: [from] };
  };
  const chunks = [part(17, 30), part(0, 17)];
  expect((await log(task.test, chunks, { segments: segmentsOf(first, 'r0') })).der).toBeCloseTo(0, 9);
  const shifted = [...segmentsOf(first, 'r0'), { recording: 'r0', speaker: 'ghost', startSeconds: 0, endSeconds: 1 }];
  expect((await log(task.test, chunks, { segments: shifted })).der).toBeGreaterThan(0.1);
  const regions = [{ recording: 'r0', startSeconds: 1, endSeconds: 3 }];
  expect((await log(task.test, chunks, { segments: shifted, regions } as never)).der).toBeCloseTo(0, 9);
});

test('chooses threshold and filter on the validation set and keeps them; on the test set only if asked', async () => {
  const { task, model } = await trained();
  const noisy = batchOf(first, second);
  // silence sounds half like speech: only a high threshold is right
  const raised = { ...noisy, waveforms: { ...noisy.waveforms, values: tf.add<tf.Tensor2D>(noisy.waveforms.values, 0.93) } };
  const before = await log(task.test, [raised]);
  expect(before).toMatchObject({ threshold: 0.5, medianFrames: 1, tunedHere: 0 });
  const valid = await log(task.valid!, [raised]);
  expect(valid.tunedHere).toBe(1);
  expect(valid.der).toBeLessThan(before.der);
  const after = await log(task.test, [raised]);
  expect(after).toMatchObject({ threshold: valid.threshold, medianFrames: valid.medianFrames, tunedHere: 0, der: valid.der });

  const resumed = speakerDiarization({ model });
  resumed.loadState(task.state());
  expect(await log(resumed.test, [raised])).toEqual(after);
  // other settings than those it was chosen among
  const changed = speakerDiarization({ model }, { thresholds: [0.45], medianFrames: [valid.medianFrames, 3] });
  changed.loadState(task.state());
  expect(await log(changed.test, [raised])).toMatchObject({ threshold: 0.45, medianFrames: valid.medianFrames, tunedHere: 0 });

  const flattered = speakerDiarization({ model }, { tuning: 'test' });
  expect(await log(flattered.test, [raised])).toMatchObject({ threshold: valid.threshold, tunedHere: 1 });
});

test('what a quick try did not listen to is not missed, within a recording either', async () => {
  const { task } = await trained({ thresholds: [0.5], medianFrames: [1] });
  const part = (from: number, to: number) => {
    const values = first.values.slice(from * 2, to * 2);
    return { ...batchOf({ values, frames: to - from, features: 2 }), startFrames: [from] };
  };
  const run = (mostBatches?: number) => {
    const batches = batchesOf(
      () => part(0, 17),
      () => part(17, 30),
    );
    return judgeRun(task.test.over(batches, reference), mostBatches);
  };
  expect((await run(1)).log.der).toBeCloseTo(0, 9);
  expect((await run()).log.der).toBeCloseTo(0, 9);
});

test('counts silence, and nobody heard, without dividing by nothing', async () => {
  const { task } = await trained({ thresholds: [0.5], medianFrames: [1] });
  const silence = { values: new Float32Array(40), frames: 20, features: 2 };
  const silent = await judge(task.test, [batchOf(silence)], { segments: [] });
  expect(silent.log).toMatchObject({ der: 0, missed: 0, falseAlarm: 0, confusion: 0, s3prlDer: 0 });
  expect(silent.files!['hypothesis.rttm']).toBe('');
  const unheard = await log(task.test, [batchOf(silence)], {
    segments: segmentsOf(first, 'r0').filter(({ endSeconds }) => endSeconds < 2),
  });
  expect(unheard).toMatchObject({ missed: 1, falseAlarm: 0, confusion: 0 });
  expect(unheard.der).toBeCloseTo(1, 9);
});

test("S3PRL's figure is the mean of batches, ours counts them together", async () => {
  const { task } = await trained({ thresholds: [0.5], medianFrames: [1] });
  const empty = { values: new Float32Array(40), frames: 20, features: 2 };
  const wrong = { ...batchOf(first), waveforms: batchOf({ ...first, values: new Float32Array(60) }).waveforms };
  const { s3prlDer, frameDer } = await log(task.test, [wrong, batchOf(empty)]);
  expect(frameDer).toBe(1);
  expect(s3prlDer).toBe(0.5);
});

test('judges every other frame where labels are as coarse', async () => {
  const { model } = await trained();
  const task = speakerDiarization({ model }, { thresholds: [0.5], medianFrames: [1], subsampling: 2 });
  const half = {
    values: Float32Array.from({ length: 30 }, (_, index) => first.values[4 * (index >> 1) + (index & 1)]!),
    frames: 15,
    features: 2,
  };
  const coarse = { ...batchOf(first), activities: [half] };
  const segments = segmentsOf(half, 'r0').map((segment) => ({
    ...segment,
    startSeconds: 2 * segment.startSeconds,
    endSeconds: 2 * segment.endSeconds,
  }));
  expect((await log(task.test, [coarse], { segments })).der).toBeCloseTo(0, 9);

  // and learns from them: 3 of 5 frames, the last group of two being incomplete
  const odd = { ...batchOf(activityOf('odd', 5)), activities: [activityOf('odd', 3)] };
  const run = task.train.over(oneBatch(first));
  const input = await run.prepare(odd as never);
  const training = { ...inference, training: true };
  const { value, grads } = tf.variableGrads(() => run.step(odd as never, input as never, training)['loss'] as tf.Scalar);
  expect(value.dataSync()[0]).toBeGreaterThan(0);
  expect(Object.values(grads).map((gradient) => gradient.dataSync().some((one) => one !== 0))).toEqual([true]);
});

test('refuses more speakers than outputs, labels of another length, even filters and too many outputs', async () => {
  const task = speakerDiarization({ model: toyFrameModel(2) });
  const three = activityOf('c', 12, 3);
  await expect(judge(task.test, [batchOf(three)])).rejects.toThrow(/^r0, chunk from frame 0: found 3 speakers; expected at most 2/);
  const short = { ...batchOf(first), activities: [activityOf('x', 20)] };
  await expect(judge(task.test, [short])).rejects.toThrow(/found 20 frames of labels where the model gives 30/);
  expect(() => speakerDiarization({ model: toyFrameModel(2) }, { medianFrames: [4] })).toThrow(
    /speaker-diarization\.medianFrames: found 4; expected an odd number/,
  );
  expect(() => speakerDiarization({ model: toyFrameModel(6) })).toThrow(InputError);
});

describe('a recording of any length', () => {
  const long = activityOf('long', 400);
  const waveform = Float32Array.from(waveformOf(long));
  const reads: [number, number][] = [];
  const recording = {
    name: 'meeting',
    sampleRate: 40,
    samples: waveform.length,
    read: async (from: number, to: number) => {
      reads.push([from, to]);
      return waveform.slice(from, to);
    },
  };
  const decision = { thresholds: [0.5], medianFrames: [1] };

  test('is predicted in chunks as it is in one piece', async () => {
    const { task } = await trained({ ...decision, recordings: { chunkSeconds: 4, overlapSeconds: 1.5, chunksAtOnce: 3 } });
    const seen: number[] = [];
    const { prediction, text } = await task.predictRecording!(recording, { onProgress: (done) => void seen.push(done) });
    const [whole] = await task.predict(batchOf(long).waveforms);
    const plain = (segments: readonly { speaker: string; startSeconds: number; endSeconds: number }[]) =>
      segments
        .map(({ speaker, startSeconds, endSeconds }) => `${speaker.at(-1)} ${startSeconds.toFixed(3)} ${endSeconds.toFixed(3)}`)
        .sort();
    expect(plain(prediction)).toEqual(plain(whole!));
    expect(Math.max(...reads.map(([from, to]) => to - from))).toBe(160);
    expect(text!.format).toBe('rttm');
    expect(text!.content.split('\n')).toHaveLength(prediction.length + 1);
    expect(seen.at(-1)).toBe(40);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('keeps no tensors', async () => {
    const { task } = await trained({ ...decision, recordings: { chunkSeconds: 4, overlapSeconds: 1 } });
    const before = tf.memory().numTensors;
    await task.predictRecording!(recording);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has its speakers told by a speaker model, whatever their order in a chunk', async () => {
    const model = toyFrameModel(2);
    const task = speakerDiarization({ model }, { ...decision, recordings: { chunkSeconds: 4, overlapSeconds: 0 } });
    model.trainable[0]!.assign(tf.tensor2d([9, -9, -9, 9, 0, 0, 0, 0], [4, 2]));
    // two speakers take turns, and half way change the outputs
    const turns = Float32Array.from({ length: 400 * block }, (_, sample) => {
      const [frame, place] = [Math.floor(sample / block), sample % block];
      const speaker = Math.floor(frame / 10) % 2;
      const output = frame < 200 ? speaker : 1 - speaker;
      if (place === 3) return speaker === 0 ? 0.5 : -0.5;
      return place === output ? 1 : place === 1 - output ? -1 : 0;
    });
    const source = { ...recording, samples: turns.length, read: async (from: number, to: number) => turns.slice(from, to) };
    const speakerModel = {
      model,
      predict: async ({ values, lengths }: { values: tf.Tensor2D; lengths: readonly number[] }) => {
        const rows = values.arraySync();
        return lengths.map((_, row) =>
          Float32Array.of(
            rows[row]!.filter((_, sample) => sample % block === 3).reduce((a, b) => a + b, 0),
            0.1,
          ),
        );
      },
    };
    const speakersOf = async (options: object) => {
      const { prediction } = await task.predictRecording!(source, options);
      const name = (speaker: number) =>
        new Set(prediction.filter(({ startSeconds }) => Math.floor((startSeconds + 0.01) % 2) === speaker).map(({ speaker }) => speaker));
      return [name(0), name(1)];
    };
    const [without] = await speakersOf({});
    expect(without!.size).toBe(2);
    const [one, other] = await speakersOf({ speakerModel });
    expect([one!.size, other!.size]).toEqual([1, 1]);
    expect(one).not.toEqual(other);
    await expect(task.predictRecording!(source, { speakerModel: { ...speakerModel, predict: async () => ['a', 'b'] } })).rejects.toThrow(
      /no embeddings/,
    );
  });

  test('is refused when too short, at another rate, or with chunks that share everything', async () => {
    const { task } = await trained(decision);
    await expect(task.predictRecording!({ ...recording, samples: 0 })).rejects.toThrow(/^meeting: found 0 samples/);
    await expect(task.predictRecording!({ ...recording, sampleRate: 8000 })).rejects.toThrow(/takes 40 Hz/);
    expect(() => speakerDiarization({ model: toyFrameModel(2) }, { recordings: { chunkSeconds: 5, overlapSeconds: 5 } })).toThrow(
      InputError,
    );
  });
});

test('the losses of shares of a batch, by their weights, give the loss of the whole', async () => {
  const { train } = speakerDiarization({ model: toyFrameModel(2) });
  const run = train.over(oneBatch(first));
  const judged = async (...activities: readonly Sequence[]) => {
    const batch = batchOf(...activities);
    const { loss } = run.step(batch as never, (await run.prepare(batch as never)) as never, inference) as { readonly loss: tf.Scalar };
    return { loss: loss.dataSync()[0]!, weight: run.weight!({} as never, batch as never) };
  };
  const [one, other, whole] = [await judged(first), await judged(second), await judged(first, second)];
  expect(one.weight + other.weight).toBe(whole.weight);
  expect((one.loss * one.weight + other.loss * other.weight) / whole.weight).toBeCloseTo(whole.loss, 6);
});

test('what processes collect of their shares of a batch gives the log of the whole', async () => {
  const { train } = speakerDiarization({ model: toyFrameModel(2) });
  const run = train.over(oneBatch(first));
  const collected = async (...activities: readonly Sequence[]) => {
    const batch = batchOf(...activities);
    const fields = run.step(batch as never, (await run.prepare(batch as never)) as never, inference);
    return run.collect((await downloadFields(fields)) as never, batch as never);
  };
  // as the trainer joins shares: means by weight, counts added up
  type Share = { readonly losses: number; readonly errors: FrameErrors };
  const [one, other] = [await collected(first), await collected(second)] as never as [Share, Share];
  const fraction = first.frames / (first.frames + second.frames);
  const losses = fraction * one.losses + (1 - fraction) * other.losses;
  const { losses: wholeLoss, errors } = (await collected(first, second)) as never as Share;
  expect(losses).toBeCloseTo(wholeLoss, 6);
  const whole = run.reduce({ losses: [wholeLoss], errors: [errors] } as never).log as { readonly [name: string]: number };
  const parts = run.reduce({ losses: [losses], errors: [sumErrors([one.errors, other.errors])] } as never).log as {
    readonly [name: string]: number;
  };
  for (const name of ['frameDer', 's3prlDer', 'accuracy']) expect(parts[name]).toBeCloseTo(whole[name]!, 12);
  expect(frameErrorRate(one.errors)).not.toBeCloseTo(frameErrorRate(other.errors), 3);
});
