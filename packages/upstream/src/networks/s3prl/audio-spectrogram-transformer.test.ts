import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inference } from '@s3/interface';
import { testUpstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import recorded from '../../fixtures/ast.json' with { type: 'json' };
import { originalWaveform } from '../../fixtures/original-case.ts';
import { safetensorsBytes, temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { type PretrainedSettings, pretrainedUpstream } from '../../pretrained/pretrained-upstream.ts';

let folder: string;
beforeAll(async () => {
  const tensors = Object.entries(recorded.tensors).map(([name, { shape, values }]) => ({
    name: `audio_spectrogram_transformer.${name}`,
    shape,
    values: Float32Array.from(values),
  }));
  folder = await temporaryFolder({
    'config.json': JSON.stringify(recorded.config),
    'preprocessor_config.json': JSON.stringify({ do_normalize: true, sampling_rate: 16_000, mean: -4.2677393, std: 4.5689974 }),
    'model.safetensors': safetensorsBytes(tensors),
  });
});
afterAll(() => rm(folder, { recursive: true }));
const settings: PretrainedSettings = { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: true, engine: 'tensorflow' };
const build = (changed: Partial<PretrainedSettings> = {}) => pretrainedUpstream(folder, { ...settings, ...changed }, 'ast');

const waveforms = () => {
  const values = new Float32Array(2 * recorded.samples[0]!);
  for (const [row, samples] of recorded.samples.entries()) values.set(originalWaveform(samples, row), row * recorded.samples[0]!);
  return { values: tf.tensor2d(values, [2, recorded.samples[0]!]), lengths: recorded.samples };
};
const largestDifference = (found: ArrayLike<number>, wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  return wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0) / Math.max(...wanted.map(Math.abs));
};

test.each(['tensorflow', 'onnxruntime'] as const)(
  'gives what transformers gives each 10 s, put together as S3PRL does: %s',
  async (engine) => {
    const upstream = await build({ engine });
    expect(upstream.layers).toEqual([0, 1].map(() => ({ size: 48, downsampleRate: 1600 })));
    const layers = await upstream.extract(waveforms());
    for (const [layer, { values, lengths }] of layers.entries()) {
      expect(lengths).toEqual([6, 4]);
      expect(largestDifference(values.dataSync(), recorded.batch[layer]!)).toBeLessThan(1e-4);
    }
    upstream.dispose();
  },
);

test('gives the same from the file of its authors, whose weights have other names', async () => {
  const file = join(folder, 'audioset.pth');
  await writeFile(file, Buffer.from(recorded.timm, 'base64'));
  const upstream = await pretrainedUpstream(file, settings, 'ast');
  // the layer norms' epsilon is timm's there, 1e-6, and transformers' 1e-12 here
  for (const [layer, { values }] of (await upstream.extract(waveforms())).entries())
    expect(largestDifference(values.dataSync(), recorded.batch[layer]!)).toBeLessThan(5e-4);
  upstream.dispose();
});

test('gives the same in pieces of whole segments', async () => {
  const [whole, pieces] = [await build({ batching: 'independent' }), await build({ chunkSeconds: 0.3 })];
  const [wanted, found] = [await whole.extract(waveforms()), await pieces.extract(waveforms())];
  for (const [layer, { values }] of found.entries())
    expect(largestDifference(values.dataSync(), Array.from(wanted[layer]!.values.dataSync()))).toBeLessThan(1e-5);
  for (const upstream of [whole, pieces]) upstream.dispose();
});

test('gives the gradients of transformers', async () => {
  const upstream = await build();
  const loss = () => tf.addN(upstream.forward!(waveforms(), inference).map(({ values }) => tf.sum(tf.square(values)))) as tf.Scalar;
  const { grads } = tf.variableGrads(loss, [...upstream.trainable]);
  for (const [name, [length]] of Object.entries(recorded.gradients)) {
    const variable = upstream.state().tensors[name] as tf.Variable;
    expect(Math.abs(tf.norm(grads[variable.name]!).dataSync()[0]! - length!), name).toBeLessThan(1e-3 * length! + 1e-4);
  }
  upstream.dispose();
});

describe('conformance', () => testUpstream({ build: () => build() }));

test('settings of another network are refused with the file', async () => {
  const other = await temporaryFolder({ 'config.json': JSON.stringify({ ...recorded.config, max_length: 12 }) });
  await writeFile(join(other, 'model.safetensors'), safetensorsBytes([]));
  await expect(pretrainedUpstream(other, settings)).rejects.toThrow(/config\.json[\s\S]*patch_size: has to fit/);
  await rm(other, { recursive: true });
});
