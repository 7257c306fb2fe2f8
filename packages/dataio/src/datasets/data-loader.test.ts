import type { BatchSampler, Dataset } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { dataLoader } from './data-loader.ts';
import { padWaveforms } from './pad-waveforms.ts';

/** Items name their epoch and index; even ones take longer. */
function slowDataset(length: number, calls: (readonly number[])[] = []): Dataset<string> {
  return {
    length,
    async load(indices, epoch) {
      calls.push(indices);
      await new Promise((resolve) => setTimeout(resolve, indices[0]! % 2 === 0 ? 8 : 1));
      return indices.map((index) => `${epoch}:${index}`);
    },
  };
}

function pairs(batches: number): BatchSampler {
  return { batchesPerEpoch: batches, epoch: () => Array.from({ length: batches }, (_, batch) => [2 * batch + (batch % 2), 2 * batch + 1]) };
}

async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

describe('dataLoader', () => {
  const collate = (items: readonly string[]) => items.join(' ');

  it.each([{ readAhead: 1 }, { readAhead: 3 }, { workers: 2 }])(
    'gives the batches of the sampler in order (%o)',
    async ({ workers, ...wiring }) => {
      const dataset = { ...slowDataset(10), ...(workers && { workers }) };
      const loader = dataLoader({ dataset, sampler: pairs(7), collate, ...wiring });
      expect(loader.length).toBe(7);
      expect(await all(loader.epoch(3))).toEqual(
        pairs(7)
          .epoch(3)
          .map(([one, other]) => `3:${one} 3:${other}`),
      );
    },
  );

  it('starts anywhere in an epoch', async () => {
    const loader = dataLoader({ dataset: slowDataset(10), sampler: pairs(5), collate });
    expect(await all(loader.epoch(1, 3))).toEqual((await all(loader.epoch(1))).slice(3));
    expect(await all(loader.epoch(1, 5))).toEqual([]);
  });

  it('gives of each batch what is chosen, and nothing where nothing is', async () => {
    const calls: (readonly number[])[] = [];
    const loader = dataLoader({ dataset: slowDataset(10, calls), sampler: pairs(4), collate });
    const odd = (items: readonly number[], index: number) => (index === 2 ? [] : items.filter((item) => item % 2 === 1));
    expect(await all(loader.shares!(1, 1, odd))).toEqual([
      { batch: '1:3 1:3', fraction: 1 },
      { fraction: 0 },
      { batch: '1:7 1:7', fraction: 1 },
    ]);
    expect(calls.flat()).toEqual([3, 3, 7, 7]);
  });

  it('reads so many batches ahead and no more', async () => {
    const calls: (readonly number[])[] = [];
    const loader = dataLoader({ dataset: slowDataset(20, calls), sampler: pairs(10), collate, readAhead: 3 });
    const batches = loader.epoch(0)[Symbol.asyncIterator]();
    await batches.next();
    expect(calls.length).toBe(3);
    await batches.next();
    expect(calls.length).toBe(4);
    await batches.return?.();
    expect(calls.length).toBe(4);
  });

  it('reads small batches together where threads read', async () => {
    const calls: (readonly number[])[] = [];
    const dataset = { ...slowDataset(40, calls), workers: 2 };
    await all(dataLoader({ dataset, sampler: pairs(10), collate }).epoch(0));
    expect(calls.map((call) => call.length)).toEqual([8, 8, 4]);
  });

  it('collates only what it hands out, so leaving early leaks no tensors', async () => {
    const dataset: Dataset<{ waveform: Float32Array }> = {
      length: 9,
      load: async (indices) => indices.map(() => ({ waveform: new Float32Array(4) })),
    };
    const loader = dataLoader({ dataset, sampler: pairs(9), collate: padWaveforms, readAhead: 4 });
    const before = tf.memory().numTensors;
    for await (const batch of loader.epoch(0)) {
      batch.values.dispose();
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('throws where the bad batch is due, and nothing when nobody comes for it', async () => {
    const dataset: Dataset<string> = {
      length: 9,
      load: async (indices) => {
        if (indices[0]! >= 4) throw new Error('broken file');
        return indices.map(String);
      },
    };
    const loader = dataLoader({ dataset, sampler: pairs(4), collate, readAhead: 4 });
    const seen: string[] = [];
    await expect(async () => {
      for await (const batch of loader.epoch(0)) seen.push(batch);
    }).rejects.toThrow('broken file');
    expect(seen).toEqual(['0 1', '3 3']);
    for await (const _ of loader.epoch(0)) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
