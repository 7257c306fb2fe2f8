import { type DataLoader, inference, type RecordingSource } from '@s3/interface';
import { paddedWaveforms } from '@s3/interface/tensors';
import { testTask, toyFrameModel } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed, scaled, sum } from './fixtures/hash-signal.ts';
import { siSdr } from './si-sdr.ts';
import { type SeparationBatch, speechSeparation } from './speech-separation.ts';

const rate = 400;
/** One source says the same in all samples of a frame, the other changes its sign from one to the next. */
const low = (samples: number, p: number) => {
  const values = hashed(samples, p);
  return Float32Array.from({ length: samples }, (_, at) => values[at - (at % 8)]!);
};
const high = (samples: number, p: number) => low(samples, p).map((value, at) => (at % 2 === 0 ? value : -value));

function batchOf(lengths: readonly number[], count = 2): SeparationBatch {
  // the toy model has no bias: a single source is above 0, so that there is something to tell it by
  const sources = lengths.map((samples, row) =>
    count === 1 ? [low(samples, row).map((value) => 1 + value / 2)] : [low(samples, row), high(samples, 10 + row)],
  );
  const noise = (samples: number, row: number) => scaled(hashed(samples, 20 + row), count === 1 ? 0.2 : 0.01);
  return {
    waveforms: paddedWaveforms(sources.map((own, row) => sum(...own, noise(lengths[row]!, row)))),
    utterances: lengths.map((_, row) => `m${row}`),
    sources,
  };
}

const loaderOf = (...batches: (() => SeparationBatch)[]): DataLoader<SeparationBatch> => ({
  length: batches.length,
  epoch: async function* () {
    for (const batch of batches) yield batch();
  },
});

const names = (count: number) => Array.from({ length: count }, (_, source) => `s${source + 1}`);
const taskOf = (config: Parameters<typeof speechSeparation>[1] = {}, count = 2) =>
  speechSeparation({ model: toyFrameModel(5 * count, { sampleRate: rate }), sources: names(count) }, config);

const cases: { name: string; count: number; config: Parameters<typeof speechSeparation>[1]; learningRate: number; steps?: number }[] = [
  { name: 'two sources', count: 2, config: {}, learningRate: 0.05 },
  { name: 'one source', count: 1, config: { activation: 'sigmoid', loss: 'l1', target: 'magnitude', scale: 'log1p' }, learningRate: 2 },
];

describe.each(cases)('keeps the contract: $name', ({ count, config, learningRate, steps = 40 }) =>
  testTask({
    build() {
      const task = taskOf(config, count);
      const batches = loaderOf(() => batchOf([400, 211], count));
      return { task, train: task.train.over(batches), test: task.test.over(batches) };
    },
    learningRate,
    steps,
    metrics: ['siSdrImprovement', 'siSdr', 'inputSiSdr', 'stoi', 'estoi', 'inputStoi', 'loss'],
    sampleRate: rate,
  }),
);

async function trained(config: Parameters<typeof speechSeparation>[1], { count = 2, steps = 40, learningRate = 0.05 } = {}) {
  const task = taskOf(config, count);
  const [weight] = task.model.trainable;
  const batch = batchOf([400, 211], count);
  const run = task.train.over(loaderOf());
  const prepared = await run.prepare(batch as never);
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      const loss = () => run.step(batch as never, prepared as never, { ...inference, training: true })['loss'] as tf.Scalar;
      const { grads } = tf.variableGrads(loss);
      weight!.assign(tf.sub(weight!, tf.mul(grads[weight!.name]!, learningRate)));
    });
  }
  return { task, batch };
}

describe('once trained', () => {
  test.each([
    { loss: 'mse' as const, learningRate: 0.05 },
    { loss: 'si-sdr' as const, learningRate: 0.02 },
  ])('predicts the sources, by $loss', async ({ loss, learningRate }) => {
    const { task, batch } = await trained({ loss }, { learningRate });
    const [first, second] = await task.predict(batch.waveforms);
    expect(second!.map((source) => source.length)).toEqual([211, 211]);
    const [one, other] = batch.sources[0]!;
    const right = Math.max(
      Math.min(siSdr(first![0]!, one!), siSdr(first![1]!, other!)),
      Math.min(siSdr(first![1]!, one!), siSdr(first![0]!, other!)),
    );
    // the mixture itself has 0 dB; four samples a frame tell the sources but roughly
    expect(right).toBeGreaterThan(2.5);
  });

  test('gives a recording as sound, the same as at once where it is one chunk', async () => {
    const { task } = await trained({ recordings: { chunkSeconds: 0.5, overlapSeconds: 0.2 } });
    const { waveforms, sources } = batchOf([1500]);
    const values = waveforms.values.dataSync() as Float32Array;
    const recording = (samples: number): RecordingSource => ({
      ...{ name: 'r', sampleRate: rate, samples },
      read: async (first, end) => values.slice(first, Math.min(end, samples)),
    });
    async function soundOf(samples: number) {
      const pieces: (readonly Float32Array[])[] = [];
      for await (const piece of task.sound!.pieces(recording(samples))) pieces.push(piece);
      return names(2).map((_, source) => Float32Array.from(pieces.flatMap((piece) => [...piece[source]!])));
    }
    const short = paddedWaveforms([values.slice(0, 150)]);
    expect(await soundOf(150)).toEqual((await task.predict(short))[0]);
    const [one] = await soundOf(1500);
    expect(one).toHaveLength(1500);
    expect(Math.max(...sources[0]!.map((source) => siSdr(one!, source)))).toBeGreaterThan(2.5);
  });
});

test('processes that share a batch reach its loss', async () => {
  const task = taskOf();
  const run = task.train.over(loaderOf());
  const lossOf = async (batch: SeparationBatch) =>
    (run.step(batch as never, (await run.prepare(batch as never)) as never, inference)['loss'] as tf.Scalar).dataSync()[0]!;
  const whole = batchOf([400, 211, 90]);
  const rows = tf.unstack(whole.waveforms.values);
  const share = (row: number): SeparationBatch => ({
    waveforms: paddedWaveforms([(rows[row]!.dataSync() as Float32Array).slice(0, whole.waveforms.lengths[row])]),
    utterances: [whole.utterances[row]!],
    sources: [whole.sources[row]!],
  });
  const shares = [await lossOf(share(0)), await lossOf(share(1)), await lossOf(share(2))];
  expect((shares[0]! + shares[1]! + shares[2]!) / 3 / (await lossOf(whole))).toBeCloseTo(1, 5);
});

test('writes the scores of each mixture', async () => {
  const { test: phase } = taskOf();
  const run = phase.over(loaderOf());
  const mixture = {
    ...{ siSdr: 4, inputSiSdr: 1, siSdrImprovement: 3, stoi: undefined, inputStoi: undefined, estoi: undefined },
    order: [1, 0],
  };
  const { log, files } = run.reduce({ losses: [1, 3], mixtures: [{ ...mixture, utterance: 'a,b' }] } as never);
  expect(log).toEqual({
    siSdrImprovement: 3,
    siSdr: 4,
    inputSiSdr: 1,
    stoi: Number.NaN,
    inputStoi: Number.NaN,
    estoi: Number.NaN,
    loss: 2,
  });
  expect(files!['mixtures.csv']).toBe(
    'id,siSdrImprovement,siSdr,inputSiSdr,stoi,inputStoi,estoi,order\n"a,b",3.0000,4.0000,1.0000,,,,2 1\n',
  );
});

describe('refuses', () => {
  test('a model whose outputs are no spectra', () => {
    const model = toyFrameModel(9, { sampleRate: rate });
    expect(() => speechSeparation({ model, sources: names(2) })).toThrow('has 9 outputs, but 2 sources need as many bins each');
  });

  test('more sources than there is a loss for', () => {
    const model = toyFrameModel(30, { sampleRate: rate });
    expect(() => speechSeparation({ model, sources: names(6) })).toThrow('expected 1 to 5');
  });

  test('targets below 0 on a logarithmic scale', () => {
    expect(() => taskOf({ target: 'phase-sensitive', scale: 'log1p' })).toThrow('Choose non-negative-phase-sensitive, or a linear scale.');
  });

  test('sources of another number or length than the mixture', async () => {
    const run = taskOf().train.over(loaderOf());
    const batch = batchOf([40]);
    const [[one, other]] = batch.sources as [[Float32Array, Float32Array]];
    await expect(run.prepare({ ...batch, sources: [[one]] } as never)).rejects.toThrow('m0: found 1 sources; expected 2: s1, s2');
    await expect(run.prepare({ ...batch, sources: [[one, other.slice(1)]] } as never)).rejects.toThrow('m0: found 39 samples of s2');
  });
});
