import { rm } from 'node:fs/promises';
import { inference, type Upstream } from '@s3/interface';
import { testUpstream, waveformsOf } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CaseName,
  caseNames,
  checkpointFiles,
  recordedCase,
  recordedLengths,
  recordedWaveforms,
  temporaryFolder,
} from '../fixtures/small-checkpoint.ts';
import { networkConfig } from '../networks/hugging-face/network-config.ts';
import { networkBytes, refuseTooLong } from '../networks/network-memory.ts';
import { type PretrainedSettings, pretrainedUpstream } from './pretrained-upstream.ts';

const settings: PretrainedSettings = { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: true, engine: 'tensorflow' };
const folders = new Map<CaseName, string>();
const build = (name: CaseName, changed: Partial<PretrainedSettings> = {}) =>
  pretrainedUpstream(folders.get(name)!, { ...settings, ...changed });

beforeAll(async () => {
  for (const name of caseNames) folders.set(name, await temporaryFolder(checkpointFiles(name)));
});
afterAll(async () => {
  for (const folder of folders.values()) await rm(folder, { recursive: true });
});

const paddedWaveforms = (waveforms: readonly Float32Array[]) => {
  const samples = Math.max(...waveforms.map((waveform) => waveform.length));
  const values = new Float32Array(waveforms.length * samples);
  for (const [row, waveform] of waveforms.entries()) values.set(waveform, row * samples);
  return { values: tf.tensor2d(values, [waveforms.length, samples]), lengths: waveforms.map((waveform) => waveform.length) };
};
const largestDifference = (found: ArrayLike<number>, wanted: ArrayLike<number>) => {
  expect(found.length).toBe(wanted.length);
  return Array.from(found).reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at]!)), 0);
};

describe.each(caseNames)('%s', (name) => {
  test.each([
    ['tensorflow', 'alone', 'single', [0]],
    ['tensorflow', 'padded in a batch', 'batch', [0, 1]],
    ['onnxruntime', 'alone', 'single', [0]],
    ['onnxruntime', 'padded in a batch', 'batch', [0, 1]],
  ] as const)('gives the hidden states of transformers: %s, %s', async (engine, _, recording, rows) => {
    // mel bands that Kaldi, in single precision, and transformers round otherwise, normalized over a handful of frames
    const tolerance = name === 'w2v-bert' ? 1.5e-4 : 5e-5;
    const upstream = await build(name, { engine });
    const layers = await upstream.extract(paddedWaveforms(rows.map((row) => recordedWaveforms[row]!)));
    const wanted = recordedCase(name)[recording];
    expect(layers.length).toBe(wanted.length);
    const lengths = rows.map((row) => Math.ceil(recordedLengths[row]! / 320));
    for (const [layer, { values, lengths: found }] of layers.entries()) {
      expect(found).toEqual(lengths);
      // the network gives fewer frames than S3PRL counts: the last is repeated
      const [batch, frames, size] = values.shape;
      const given = wanted[layer]!.length / batch / size;
      expect(frames).toBe(Math.max(...lengths));
      expect(frames).toBeGreaterThan(given);
      expect(largestDifference(tf.slice(values, [0, 0, 0], [-1, given, -1]).dataSync(), wanted[layer]!)).toBeLessThan(tolerance);
      const last = (from: number) => tf.slice(values, [0, from, 0], [-1, 1, -1]).dataSync();
      expect(last(frames - 1)).toEqual(last(given - 1));
    }
    upstream.dispose();
  });
});

describe('conformance', () => {
  // over a group norm of time, and over data2vec's stacked convolutions, padding reaches into the utterance
  describe.each([
    ['hubert-base', null],
    ['hubert-large', 1e-4],
    ['wavlm-large', 1e-4],
    ['data2vec-audio', null],
    ['conformer-relative', null],
    ['w2v-bert', 1e-4],
  ] as const)('%s', (name, paddingTolerance) => {
    testUpstream({ build: () => build(name), paddingTolerance });
  });
  describe.each(['wavlm-base', 'data2vec-audio'] as const)("%s, batching 'independent'", (name) => {
    testUpstream({ build: () => build(name, { batching: 'independent' }) });
  });
});

describe('on onnxruntime', () => {
  describe.each(['wavlm-large', 'hubert-base'] as const)('%s', (name) => {
    testUpstream({ build: () => build(name, { engine: 'onnxruntime' }), paddingTolerance: name === 'hubert-base' ? null : 1e-4 });
  });

  test('gives more layers when more are asked for, even while others are under way', async () => {
    const upstream = await build('wavlm-large', { engine: 'onnxruntime' });
    const waveforms = waveformsOf([1600]);
    const [low, all] = await Promise.all([upstream.extract(waveforms, [1]), upstream.extract(waveforms)]);
    expect(low[1]!.values.dataSync()).toEqual(all[1]!.values.dataSync());
    const whole = await (await build('wavlm-large')).extract(waveforms);
    for (const [layer, { values }] of all.entries())
      expect(largestDifference(values.dataSync(), whole[layer]!.values.dataSync())).toBeLessThan(2e-5);
    upstream.dispose();
  });

  test('computes in a thread of its own, while this one does something else', async () => {
    const upstream = await build('wavlm-base', { engine: 'onnxruntime' });
    const waveforms = waveformsOf([1600]);
    tf.dispose((await upstream.extract(waveforms)) as never);
    const used = performance.eventLoopUtilization();
    const rounds = 20;
    for (let round = 0; round < rounds; round++) tf.dispose((await upstream.extract(waveforms)) as never);
    // the loop was idle at times: the work was elsewhere
    expect(performance.eventLoopUtilization(used).idle).toBeGreaterThan(0);
    upstream.dispose();
  });

  test('weights that have changed are used', async () => {
    const [onnx, tensors] = [await build('wavlm-base', { engine: 'onnxruntime' }), await build('wavlm-base')];
    const waveforms = waveformsOf([1200, 900]);
    const last = async (upstream: Upstream) => (await upstream.extract(waveforms)).at(-1)!.values.dataSync();
    const before = await last(onnx);
    for (const upstream of [onnx, tensors]) {
      const bias = upstream.state().tensors['feature_projection.projection.bias'] as tf.Variable;
      bias.assign(tf.add(bias, 0.5));
    }
    expect(largestDifference(await last(onnx), await last(tensors))).toBeLessThan(2e-5);
    expect(largestDifference(await last(onnx), before)).toBeGreaterThan(0.01);
  });
});

describe('training', () => {
  let upstream: Upstream;
  const loss = (forward: Upstream['forward'], mode = inference) => {
    const waveforms = paddedWaveforms(recordedWaveforms.map((waveform) => waveform.subarray(0, 1100)));
    return tf.tidy(() => {
      const parts = forward!(waveforms, mode).map(({ values }) => {
        const direction = tf.sin(tf.reshape(tf.range(0, values.size), values.shape));
        return tf.mean(tf.mul(values, direction));
      });
      return tf.addN(parts) as tf.Scalar;
    });
  };

  test.each(['hubert-base', 'wavlm-large', 'data2vec-audio', 'conformer-relative', 'conformer-rotary', 'w2v-bert'] as const)(
    '%s: gradients are those of finite differences',
    async (name) => {
      upstream = await build(name);
      const { grads } = tf.variableGrads(() => loss(upstream.forward), [...upstream.trainable]);
      const step = 1e-3;
      const trained = (Object.entries(upstream.state().tensors) as [string, tf.Variable][]).filter(([, weight]) => weight.trainable);
      for (const [key, weight] of trained) {
        const values = weight.dataSync().slice();
        const gradient = grads[weight.name]!.dataSync();
        // along the gradient, where the loss changes most: one difference checks every value of the weight
        const length = Math.hypot(...gradient);
        const at = (distance: number) => {
          weight.assign(
            tf.tensor(
              values.map((value, index) => value + (distance * gradient[index]!) / (length || 1)),
              weight.shape,
            ),
          );
          return loss(upstream.forward).dataSync()[0]!;
        };
        const slope = (at(step) - at(-step)) / (2 * step);
        weight.assign(tf.tensor(values, weight.shape));
        expect(Math.abs(slope - length), `${key}: slope ${slope}, length of the gradient ${length}`).toBeLessThan(5e-4 + 0.02 * length);
      }
      upstream.dispose();
    },
  );

  test('leaves the convolutions before the transformer out, unless asked', async () => {
    const frozen = await build('hubert-base', { trainFeatureEncoder: false });
    const all = Object.keys(frozen.state().tensors);
    const encoder = all.filter((name) => name.startsWith('feature_extractor.'));
    expect(encoder.length).toBe(8);
    expect(frozen.trainable.length).toBe(all.length - encoder.length);
    expect((await build('hubert-base')).trainable.length).toBe(all.length);
  });

  test('freezes the lowest layers and all before them, whose output and gradients stay as they are', async () => {
    for (const name of ['hubert-base', 'wavlm-large'] as const) {
      const [whole, half] = [await build(name), await build(name, { trainFeatureEncoder: false, freezeLayers: 1 })];
      const named = (of: Upstream) =>
        Object.entries(of.state().tensors).filter(([, weight]) => of.trainable.includes(weight as tf.Variable));
      const trained = named(half).map(([key]) => key);
      const above = named(whole)
        .map(([key]) => key)
        .filter((key) => /^encoder\.layers\.[1-9]/.test(key));
      expect(trained).toEqual(name === 'hubert-base' ? above : expect.arrayContaining([...above, 'encoder.layer_norm.weight']));
      expect(trained.filter((key) => !/^encoder\.(layers\.[1-9]|layer_norm)/.test(key))).toEqual([]);
      const gradients = (of: Upstream) => {
        const { value, grads } = tf.variableGrads(() => loss(of.forward), [...of.trainable]);
        return {
          value: value.dataSync()[0]!,
          byName: new Map(named(of).map(([key, weight]) => [key, grads[(weight as tf.Variable).name]!.dataSync()])),
        };
      };
      const [all, some] = [gradients(whole), gradients(half)];
      expect(some.value).toBeCloseTo(all.value, 6);
      for (const key of trained) expect(largestDifference(some.byName.get(key)!, all.byName.get(key)!), key).toBeLessThan(1e-6);
      for (const upstream of [whole, half]) upstream.dispose();
    }
    await expect(build('hubert-base', { trainFeatureEncoder: false, freezeLayers: 9 })).rejects.toThrow(
      /freezeLayers: found 9; expected at most \d/,
    );
    await expect(build('hubert-base', { freezeLayers: 1 })).rejects.toThrow(/trainFeatureEncoder: found true with freezeLayers 1/);
  });

  test('drops values and layers by chance when training, and nothing otherwise', async () => {
    const mode = (key: number) => ({ training: true, random: { ...inference.random, uniform: () => key, integer: () => 7 } });
    upstream = await build('hubert-base', { layerDrop: 0.5 });
    const waveforms = waveformsOf([1600]);
    const last = (given: typeof inference) => upstream.forward!(waveforms, given).at(-1)!.values.dataSync();
    expect(last(inference)).toEqual(last(inference));
    expect(last(mode(0.9))).not.toEqual(last(inference));
    const dropped = upstream.forward!(waveforms, mode(0.1));
    expect(dropped[2]!.values.dataSync()).toEqual(dropped[0]!.values.dataSync());
  });
});

describe('lengths', () => {
  test('of a second of audio more or less, and below a window, follow S3PRL', async () => {
    const upstream = await build('hubert-base');
    for (const samples of [1, 100, 319, 320, 321, 799, 800, 801, 1999, 2000, 2001, 3200, 3201]) {
      const [layer] = await upstream.extract(waveformsOf([samples]));
      const frames = Math.floor((samples - 1) / 320) + 1;
      expect([samples, layer!.values.shape[1], ...layer!.lengths]).toEqual([samples, frames, frames]);
      expect(layer!.values.dataSync().every(Number.isFinite)).toBe(true);
    }
    upstream.dispose();
  });

  test('an utterance too short for a frame of its own is answered in a longer batch', async () => {
    const upstream = await build('wavlm-large');
    const layers = await upstream.extract(waveformsOf([3200, 50]));
    expect(layers[0]!.lengths).toEqual([10, 1]);
    expect(layers.every(({ values }) => values.dataSync().every(Number.isFinite))).toBe(true);
    upstream.dispose();
  });
});

describe('long audio', () => {
  test('is refused with the seconds that fit into the memory that is free', async () => {
    const upstream = await build('hubert-base', { freeBytes: () => 4e5 });
    const waveforms = waveformsOf([40_000]);
    await expect(upstream.extract(waveforms)).rejects.toThrow(
      /an utterance of 2.5 s, which take about [\d.]+ GB; expected at most [\d.]+ s, which fit into the 0.000400 GB of memory.*upstream.chunkSeconds/,
    );
    expect(() => upstream.forward!(waveforms, inference)).toThrow(/smaller batches/);
    tf.dispose((await upstream.extract(waveformsOf([4000]))) as never);
    upstream.dispose();
  });

  test('of an hour does not fit into 16 GB, of half a minute it does, at the size of HuBERT base', () => {
    const config = networkConfig.parse({ model_type: 'hubert' });
    const bytesOf = (seconds: number) => networkBytes(config, seconds * 16_000, seconds * 50, false);
    const refuse = (seconds: number) => refuseTooLong({ seconds, batch: 1, remedy: '' }, bytesOf, 16e9);
    expect(() => refuse(30)).not.toThrow();
    expect(() => refuse(3600)).toThrow(/at most \d\d\d s/);
    expect(() => refuseTooLong({ seconds: 100, batch: 8, remedy: '' }, bytesOf, 16e9)).toThrow(
      /8 utterances, the longest of 100.0 s.* s each/,
    );
  });

  test.each(['tensorflow', 'onnxruntime'] as const)('in pieces is what the whole is, away from their seams: %s', async (engine) => {
    const chunks = { chunkSeconds: 0.5, chunkOverlapSeconds: 0.4, engine };
    const [whole, pieces] = [await build('hubert-large', { engine, batching: 'independent' }), await build('hubert-large', chunks)];
    const waveforms = waveformsOf([32_100, 5000]);
    const [wanted, found] = [await whole.extract(waveforms), await pieces.extract(waveforms)];
    for (const [layer, { values, lengths }] of wanted.entries()) {
      expect(found[layer]!.lengths).toEqual(lengths);
      expect(found[layer]!.values.shape).toEqual(values.shape);
      const row = (from: tf.Tensor3D, index: number) => tf.slice(from, [index, 0, 0], [1, lengths[index]!, -1]).dataSync() as Float32Array;
      // shorter than a piece: run whole
      expect(largestDifference(row(found[layer]!.values, 1), row(values, 1))).toBeLessThan(1e-5);
      const [own, other] = [row(found[layer]!.values, 0), row(values, 0)];
      const scale = Math.sqrt(other.reduce((sum, value) => sum + value ** 2, 0) / other.length);
      const difference = Math.sqrt(own.reduce((sum, value, at) => sum + (value - other[at]!) ** 2, 0) / own.length) / scale;
      // convolutions see no further than the overlap; the attention of these random weights does, and is over a piece here
      expect(difference).toBeLessThan(layer === 0 ? 1e-5 : 0.1);
    }
    for (const upstream of [whole, pieces]) upstream.dispose();
  });

  test('in pieces leaves no tensors behind', async () => {
    const upstream = await build('wavlm-base', { chunkSeconds: 0.2, chunkOverlapSeconds: 0.1 });
    const waveforms = waveformsOf([9000]);
    tf.dispose((await upstream.extract(waveforms)) as never);
    const before = tf.memory().numTensors;
    tf.dispose((await upstream.extract(waveforms)).map(({ values }) => values));
    expect(tf.memory().numTensors).toBe(before);
    upstream.dispose();
  });
});
