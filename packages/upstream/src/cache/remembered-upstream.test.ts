import { randomStream, type Upstream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { fbank } from '../features/fbank.ts';
import { rememberedUpstream } from './remembered-upstream.ts';

const noise = (samples: number, seed: number) => {
  const random = randomStream(seed, 'noise');
  return Float32Array.from({ length: samples }, () => random.normal() * 0.1);
};
const batchOf = (...utterances: readonly Float32Array[]) => {
  const samples = Math.max(...utterances.map(({ length }) => length));
  const values = new Float32Array(utterances.length * samples);
  utterances.forEach((utterance, row) => void values.set(utterance, row * samples));
  return { values: tf.tensor2d(values, [utterances.length, samples]), lengths: utterances.map(({ length }) => length) };
};

function counted(upstream: Upstream) {
  const asked: number[] = [];
  const extract: Upstream['extract'] = async (waveforms, wanted) => {
    asked.push(...waveforms.lengths);
    return upstream.extract(waveforms, wanted);
  };
  return { asked, upstream: { ...upstream, extract } };
}

it('computes each utterance once, alone, and gives the numbers of the upstream in any batch', async () => {
  const plain = fbank(undefined, { batching: 'independent', cmvn: false });
  const { asked, upstream } = counted(plain);
  const remembered = rememberedUpstream(upstream);
  const [short, long] = [noise(1700, 1), noise(3200, 2)];
  for (const batch of [batchOf(short, long), batchOf(long, short, long)]) {
    const [own] = await remembered.extract(batch);
    const [expected] = await plain.extract(batch);
    expect(own!.lengths).toEqual(expected!.lengths);
    const [given, wanted] = [own!, expected!].map(({ values }) => values.dataSync());
    const { size } = plain.layers[0]!;
    own!.lengths.forEach((frames, row) => {
      const start = row * own!.values.shape[1] * size;
      for (let index = start; index < start + frames * size; index += 7) expect(given![index]).toBeCloseTo(wanted![index]!, 4);
    });
  }
  expect(asked).toEqual([1700, 3200]);
});

it('keeps no more than it may, forgets when it is disposed, and leaves no tensors', async () => {
  const { asked, upstream } = counted(fbank(undefined, { batching: 'independent' }));
  const small = rememberedUpstream(upstream, { maxBytes: 40_000 });
  const batch = batchOf(noise(3200, 1), noise(3200, 2));
  const before = tf.memory().numTensors;
  for (let time = 0; time < 2; time++) tf.dispose((await small.extract(batch)).map(({ values }) => values));
  expect(tf.memory().numTensors).toBe(before);
  expect(asked.length).toBe(3);
  small.dispose();
  tf.dispose((await small.extract(batch)).map(({ values }) => values));
  expect(asked.length).toBe(5);
});

it('leaves layers that nobody asks for empty, and adds them when somebody does', async () => {
  const { upstream: one } = counted(fbank(undefined, { batching: 'independent' }));
  const asked: (readonly number[] | undefined)[] = [];
  const two: Upstream = {
    ...one,
    layers: [one.layers[0]!, one.layers[0]!],
    async extract(waveforms, wanted) {
      asked.push(wanted);
      const [layer] = await one.extract(waveforms);
      return [layer!, { values: tf.mul(layer!.values, 2), lengths: layer!.lengths }];
    },
  };
  const remembered = rememberedUpstream(two);
  const batch = batchOf(noise(1600, 3));
  const [none, read] = await remembered.extract(batch, [1]);
  expect(none!.lengths).toEqual([0]);
  expect(read!.lengths[0]).toBeGreaterThan(0);
  await remembered.extract(batch);
  await remembered.extract(batch, [0]);
  expect(asked).toEqual([[1], [0]]);
});
