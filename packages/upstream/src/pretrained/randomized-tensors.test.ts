import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointFiles, recordedWaveforms, temporaryFolder } from '../fixtures/small-checkpoint.ts';
import { namedUpstream } from '../named-upstream.ts';
import { randomizedTensors } from './randomized-tensors.ts';

const tensorOf = (shape: readonly number[], value: (index: number) => number) => {
  const count = shape.reduce((product, axis) => product * axis, 1);
  return { shape, read: async () => Float32Array.from({ length: count }, (_, index) => value(index)) };
};

async function drawn(shape: readonly number[], { seed = 1, name = 'weight', value = (_: number): number => 0 } = {}) {
  const values = await randomizedTensors(new Map([[name, tensorOf(shape, value)]]), seed)
    .get(name)!
    .read();
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return { values, mean, deviation: Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length) };
}

describe('the values of a tensor', () => {
  test("of a matrix and of a kernel are Xavier's", async () => {
    // tolerance: a thirtieth, some five standard errors of the deviation of 12,000 draws
    const matrix = await drawn([40, 300]);
    expect(matrix.deviation / Math.sqrt(2 / 340)).toBeCloseTo(1, 1.5);
    expect(Math.abs(matrix.mean)).toBeLessThan(0.005);
    expect((await drawn([20, 60, 10])).deviation / Math.sqrt(2 / 800)).toBeCloseTo(1, 1.5);
  });

  test('of a vector have the mean and the deviation of what was stored', async () => {
    const vector = await drawn([10_000], { value: (index) => (index % 2 === 0 ? 2 : 4) });
    expect(vector.mean).toBeCloseTo(3, 1);
    expect(vector.deviation).toBeCloseTo(1, 1);
    expect([...(await drawn([1], { value: () => 0.5 })).values]).toEqual([0.5]);
    // a variance that is drawn could be less than 0
    const statistics = await drawn([3], { name: 'batch_norm.running_var', value: (index) => 9 * index });
    expect([...statistics.values]).toEqual([0, 9, 18]);
  });

  test('follow seed and name', async () => {
    const first = (await drawn([3, 3])).values;
    expect((await drawn([3, 3])).values).toEqual(first);
    expect((await drawn([3, 3], { seed: 2 })).values).not.toEqual(first);
    expect((await drawn([3, 3], { name: 'other' })).values).not.toEqual(first);
  });
});

describe('an upstream with randomize', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder(checkpointFiles('wavlm-base'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function lastLayer(settings: { readonly randomize?: boolean; readonly cache?: string }, seed = 0) {
    const upstream = await namedUpstream({ cacheDir: '' }, { path: folder, engine: 'tensorflow', ...settings }, { seed });
    const [waveform] = recordedWaveforms as [Float32Array];
    const layers = await upstream.extract({ values: tf.tensor2d(waveform, [1, waveform.length]), lengths: [waveform.length] });
    upstream.dispose();
    return layers.at(-1)!.values.dataSync();
  }

  test('gives other hidden states for each seed, the same for the same', async () => {
    const [trained, first] = [await lastLayer({}), await lastLayer({ randomize: true })];
    expect(first.length).toBe(trained.length);
    expect(first.every(Number.isFinite)).toBe(true);
    expect(first).not.toEqual(trained);
    expect(await lastLayer({ randomize: true })).toEqual(first);
    expect(await lastLayer({ randomize: true }, 1)).not.toEqual(first);
  });

  test('is not mistaken for another one in a cache', async () => {
    const cache = join(folder, 'states');
    const trained = await lastLayer({ cache });
    const first = await lastLayer({ cache, randomize: true });
    expect(first).not.toEqual(trained);
    expect(await lastLayer({ cache, randomize: true }, 1)).not.toEqual(first);
    expect(await lastLayer({ cache, randomize: true })).toEqual(first);
  });

  test.each(['fbank', 'onnx'] as const)('is refused of %s', (name) => {
    expect(() => namedUpstream({ cacheDir: '' }, { name, randomize: true, ...(name === 'onnx' && { path: 'a.onnx' }) })).toThrow(
      /upstream\.randomize: found true; expected .*pretrained/,
    );
  });
});
