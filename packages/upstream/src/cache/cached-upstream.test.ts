import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Frames, moduleOf, type Upstream } from '@s3/interface';
import { testUpstream, waveformsOf } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namedUpstream } from '../named-upstream.ts';
import { type CacheSettings, cachedUpstream } from './cached-upstream.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Three layers of two features every 100 samples, and a list of what was computed. */
function counted(scale = 1) {
  const calls: { readonly samples: number; readonly layers: readonly number[] }[] = [];
  const weight = tf.variable(tf.scalar(scale));
  const layers = [0, 1, 2].map(() => ({ size: 2, downsampleRate: 100 }));
  const upstream: Upstream = {
    ...moduleOf({ weight }),
    sampleRate: 16_000,
    layers,
    async extract({ values, lengths }, wanted = [0, 1, 2]) {
      calls.push({ samples: lengths[0]!, layers: wanted });
      const frames = lengths.map((samples) => Math.ceil(samples / 100));
      return layers.map((_, layer): Frames => {
        const steps = wanted.includes(layer) ? Math.max(...frames) : 0;
        return {
          values: tf.tidy(() =>
            tf.mul(
              tf.ones([lengths.length, steps, 2]),
              tf.add(tf.expandDims(tf.mul(tf.slice(values, [0, 0], [-1, 1]), weight), -1), layer),
            ),
          ),
          lengths: frames,
        };
      });
    },
    forward: () => [],
  };
  return { upstream, calls, weight };
}
const settings = (changed: Partial<CacheSettings> = {}): CacheSettings => ({
  folder,
  precision: 'float16',
  maxBytes: 1e9,
  identity: 'counted',
  ...changed,
});
const data = (layers: readonly Frames[]) => layers.map(({ values }) => Array.from(values.dataSync()));
const files = async (root = folder) => (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.safetensors'));

describe('keeps the contract', () => {
  describe('over fbank', () => {
    testUpstream({
      // utterances are computed each alone, which is what the graph says then
      build: async () =>
        namedUpstream({ cacheDir: '' }, { name: 'fbank', batching: 'independent', cache: await mkdtemp(join(tmpdir(), 's3-cache-')) }),
    });
  });
});

test('computes an utterance once, in whatever batch and run it comes again', async () => {
  const { upstream, calls } = counted();
  const waveforms = waveformsOf([1600, 900]);
  const first = await (await cachedUpstream(upstream, settings())).extract(waveforms);
  expect(calls.map(({ samples }) => samples)).toEqual([1600, 900]);
  expect(first.map(({ values, lengths }) => [values.shape, lengths])).toEqual(
    Array(3).fill([
      [2, 16, 2],
      [16, 9],
    ]),
  );

  const again = await (await cachedUpstream(upstream, settings())).extract(waveforms);
  expect(data(again)).toEqual(data(first));
  const alone = { values: tf.slice(waveforms.values, [1, 0], [1, 900]), lengths: [900] };
  const single = await (await cachedUpstream(upstream, settings())).extract(alone);
  expect(data(single)[2]).toEqual(data(first)[2]!.slice(32, 32 + 18));
  expect(calls.length).toBe(2);

  const both = {
    values: tf.concat([waveforms.values, tf.mul(tf.slice(waveforms.values, [0, 0], [1, -1]), 0.5)]) as tf.Tensor2D,
    lengths: [1600, 900, 1600],
  };
  await (await cachedUpstream(upstream, settings())).extract(both);
  expect(calls.map(({ samples }) => samples)).toEqual([1600, 900, 1600]);
});

test('computes an utterance that comes twice in a batch once', async () => {
  const { upstream, calls } = counted();
  const { values } = waveformsOf([500]);
  const [layer] = await (await cachedUpstream(upstream, settings())).extract({
    values: tf.concat([values, values]) as tf.Tensor2D,
    lengths: [500, 500],
  });
  expect(calls.length).toBe(1);
  expect(layer!.values.shape).toEqual([2, 5, 2]);
});

test('is what the upstream gives, rounded alike before and after: float16 to 0.0005, float32 exactly', async () => {
  const plain = await namedUpstream({ cacheDir: '' }, { name: 'mfcc', batching: 'independent' });
  const waveforms = waveformsOf([8000, 3000]);
  const wanted = data(await plain.extract(waveforms))[0]!;
  for (const [cachePrecision, tolerance] of [
    ['float16', 2 ** -11],
    ['float32', 0],
  ] as const) {
    const kept = await namedUpstream({ cacheDir: '' }, { name: 'mfcc', cache: folder, cachePrecision });
    const [before, after] = [data(await kept.extract(waveforms))[0]!, data(await kept.extract(waveforms))[0]!];
    expect(after).toEqual(before);
    for (const [index, value] of wanted.entries())
      expect(Math.abs(after[index]! - value)).toBeLessThanOrEqual(tolerance * Math.abs(value) + 1e-7 * Math.sign(tolerance));
  }
});

test('keeps values beyond the range of float16 as they are', async () => {
  const { upstream } = counted(1e9);
  const waveforms = waveformsOf([700]);
  const wanted = data(await upstream.extract(waveforms));
  await (await cachedUpstream(upstream, settings())).extract(waveforms);
  expect(data(await (await cachedUpstream(upstream, settings())).extract(waveforms))).toEqual(wanted);
});

test('keeps the layers that were asked for, and adds others when they are', async () => {
  const { upstream, calls } = counted();
  const waveforms = waveformsOf([1000]);
  const wanted = data(await upstream.extract(waveforms));
  calls.length = 0;
  const cached = await cachedUpstream(upstream, settings({ precision: 'float32' }));
  const [none, one] = await cached.extract(waveforms, [1]);
  expect([none!.values.shape, Array.from(one!.values.dataSync())]).toEqual([[1, 0, 2], wanted[1]]);
  const small = (await stat(join(folder, (await files())[0]!))).size;
  expect(data(await cached.extract(waveforms, [1, 2])).slice(1)).toEqual(wanted.slice(1));
  expect(data(await cached.extract(waveforms, [1])).at(1)).toEqual(wanted[1]);
  expect(data(await cached.extract(waveforms))).toEqual(wanted);
  expect(calls.map(({ layers }) => layers)).toEqual([[1], [2], [0]]);
  expect(await files()).toHaveLength(1);
  expect((await stat(join(folder, (await files())[0]!))).size).toBeGreaterThan(small + 2 * 80);
  expect([cached.cache!.bytesPerSecond(), cached.cache!.bytesPerSecond([1])]).toEqual([3 * 160 * 2 * 4, 160 * 2 * 4]);
});

test('other weights, settings or precision have files of their own', async () => {
  const { upstream, calls, weight } = counted();
  const waveforms = waveformsOf([300]);
  const cached = await cachedUpstream(upstream, settings());
  const before = data(await cached.extract(waveforms));
  await (await cachedUpstream(upstream, settings({ identity: 'other' }))).extract(waveforms);
  await (await cachedUpstream(upstream, settings({ precision: 'float32' }))).extract(waveforms);
  expect(calls.length).toBe(3);
  upstream.loadState({ tensors: { weight: tf.scalar(3) }, values: {} });
  expect(data(await cached.extract(waveforms))).not.toEqual(before);
  weight.assign(tf.scalar(1));
  expect(data(await cached.extract(waveforms))).toEqual(before);
  expect(calls.length).toBe(4);
  expect(await readdir(folder)).toHaveLength(4);
});

test.each([
  ['cut short', (path: string) => truncate(path, 400)],
  ['empty', (path: string) => truncate(path, 0)],
  ['of other bytes', (path: string) => writeFile(path, Buffer.alloc(600, 7))],
  [
    'with a bit turned over',
    async (path: string) => {
      const bytes = await readFile(path);
      bytes[bytes.length - 5]! ^= 16;
      await writeFile(path, bytes);
    },
  ],
])('a file that is %s is made anew', async (_, damage) => {
  const { upstream, calls } = counted();
  const waveforms = waveformsOf([1600]);
  const cached = await cachedUpstream(upstream, settings());
  const wanted = data(await cached.extract(waveforms));
  const path = join(folder, (await files())[0]!);
  const whole = await readFile(path);
  await damage(path);
  expect(data(await cached.extract(waveforms))).toEqual(wanted);
  expect(calls.length).toBe(2);
  expect(await readFile(path)).toEqual(whole);
});

test('what was used least recently makes room, and nothing else is touched', async () => {
  const { upstream, calls } = counted();
  const batch = (length: number) => waveformsOf([length], `${length}`);
  const lengths = [10_000, 10_001, 10_002, 10_003];
  const size = 3 * 101 * 2 * 2 + 500;
  const cached = await cachedUpstream(upstream, settings({ maxBytes: 3.5 * size }));
  await cached.extract(batch(lengths[0]!));
  await writeFile(join(folder, 'notes.txt'), 'x'.repeat(10_000));
  const abandoned = join(folder, (await files())[0]!.replace(/[^/]*$/, '.old.partial'));
  await writeFile(abandoned, 'half');
  await utimes(abandoned, new Date(0), new Date(0));
  for (const length of lengths.slice(1, 3)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cached.extract(batch(length));
  }
  await new Promise((resolve) => setTimeout(resolve, 5));
  await cached.extract(batch(lengths[0]!));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await cached.extract(batch(lengths[3]!));
  expect(calls.length).toBe(4);
  const kept = await files();
  expect(kept.length).toBe(3);
  expect(
    (await Promise.all(kept.map(async (name) => (await stat(join(folder, name))).size))).reduce((sum, bytes) => sum + bytes),
  ).toBeLessThan(3.5 * size);
  await cached.extract(batch(lengths[0]!));
  expect(calls.length).toBe(4);
  await cached.extract(batch(lengths[1]!));
  expect(calls.length).toBe(5);
  const others = (await readdir(folder, { recursive: true })).filter((name) => /notes|partial/.test(name));
  expect(others).toEqual(['notes.txt']);
});

test('several runs may fill one folder at once', async () => {
  const batches = Array.from({ length: 12 }, (_, index) => waveformsOf([400 + index], `${index}`));
  const runs = await Promise.all(
    [0, 1, 2].map(async () => {
      const cached = await cachedUpstream(counted().upstream, settings());
      const results: number[][][] = [];
      for (const batch of batches) results.push(data(await cached.extract(batch)));
      return results;
    }),
  );
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  expect(await files()).toHaveLength(12);
});

test('goes on without keeping anything where the disk fails, and says so once', async () => {
  const { upstream, calls } = counted();
  const told: string[] = [];
  const cached = await cachedUpstream(upstream, settings({ onMessage: (text) => told.push(text) }));
  await cached.extract(waveformsOf([300]));
  // a file where a folder has to be
  const [group] = await readdir(folder);
  await rm(join(folder, group!), { recursive: true });
  await writeFile(join(folder, group!), '');
  const before = tf.memory().numTensors;
  for (const length of [500, 600]) tf.dispose((await cached.extract(waveformsOf([length]))).map(({ values }) => values));
  expect(tf.memory().numTensors).toBe(before + 2);
  expect(calls.length).toBe(3);
  expect(told).toEqual([expect.stringContaining(`cannot be kept in ${folder}`)]);
});

test('refuses a folder that cannot be written, and to be trained', async () => {
  await writeFile(join(folder, 'file'), '');
  const inFile = cachedUpstream(counted().upstream, settings({ folder: join(folder, 'file') }));
  await expect(inFile).rejects.toThrow(/upstream.cache '.*file': found no folder that can be written \(E/);
  const cached = await cachedUpstream(counted().upstream, settings());
  expect([cached.trainable, cached.forward]).toEqual([[], undefined]);
  const featurizer = { ...moduleOf({}), output: cached.layers[0]!, forward: ([first]: readonly Frames[]) => first! };
  const downstream = { ...moduleOf({}), input: cached.layers[0]!, outputSize: 2, forward: (frames: Frames) => frames };
  expect(() => connect(cached, featurizer, downstream, { trainUpstream: true })).toThrow(
    /leave the cache out or leave the upstream frozen/,
  );
  expect(connect(cached, featurizer, downstream).cache).toMatchObject({ maxBytes: 1e9, bytesPerSecond: 3 * 160 * 2 * 2 });
});
