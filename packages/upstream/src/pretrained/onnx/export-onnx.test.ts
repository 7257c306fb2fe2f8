import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExternalValues, maxModelBytes } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import {
  checkpointFiles,
  recordedCase,
  recordedLengths,
  recordedWaveforms,
  recordedWeights,
  temporaryFolder,
} from '../../fixtures/small-checkpoint.ts';
import { networkGraph } from '../../graph/network-graph.ts';
import { networkConfig } from '../../networks/hugging-face/network-config.ts';
import { networkOf } from '../../networks/network-of.ts';
import { exportOnnx } from './export-onnx.ts';
import { weightBytes } from './onnx-session.ts';

test('writes a model that other programs run, for any batch and length', async () => {
  const name = 'distilhubert'; // its waveforms are not normalized
  const folder = await temporaryFolder(checkpointFiles(name));
  const before = tf.memory().numTensors;
  const session = await InferenceSession.create(await exportOnnx(folder));
  expect(tf.memory().numTensors).toBe(before);
  await rm(folder, { recursive: true });
  expect(session.inputNames).toEqual(['waveforms', 'mask']);
  expect(session.outputNames).toEqual(['hidden_0', 'hidden_1', 'hidden_2']);

  const [waveform] = recordedWaveforms as [Float32Array];
  const wanted = recordedCase(name).single;
  const frames = wanted[0]!.length / 8;
  const feeds = {
    waveforms: new Tensor('float32', Float32Array.of(...waveform, ...waveform), [2, recordedLengths[0]!]),
    mask: new Tensor('float32', new Float32Array(2 * frames).fill(1), [2, frames]),
  };
  const results = await session.run(feeds);
  for (const [layer, state] of wanted.entries()) {
    const { data, dims } = results[`hidden_${layer}`]!;
    expect(dims).toEqual([2, frames, 8]);
    const worst = [...state, ...state].reduce((most, value, at) => Math.max(most, Math.abs(value - (data as Float32Array)[at]!)), 0);
    expect(worst).toBeLessThan(5e-5);
  }
  await session.release();
});

test('weights beside the model, as those of more than 2 GB are, give the same', async () => {
  const name = 'wavlm-large';
  const network = networkOf(networkConfig.parse(recordedCase(name).config));
  const weights = Object.fromEntries(recordedWeights(name).map(({ name: key, values, shape }) => [key, tf.tensor(values, [...shape])]));
  const external: ExternalValues[] = [];
  const model = await networkGraph(network, weights, external);
  const whole = await networkGraph(network, weights);
  expect(model.length).toBeLessThan(whole.length);
  expect(external.length).toBeGreaterThan(5);
  const feeds = { waveforms: new Tensor('float32', recordedWaveforms[0]!, [1, recordedLengths[0]!]) };
  const mask = new Tensor('float32', new Float32Array(network.frames(recordedLengths[0]!)).fill(1), [
    1,
    network.frames(recordedLengths[0]!),
  ]);
  const last = `hidden_${network.hiddenStates - 1}`;
  const [inside, beside] = [await InferenceSession.create(whole), await InferenceSession.create(model, { externalData: external })];
  const results = await Promise.all([inside, beside].map((session) => session.run({ ...feeds, mask }, [last])));
  expect(results[1]![last]!.data).toEqual(results[0]![last]!.data);
  for (const session of [inside, beside]) await session.release();
  tf.dispose(weights);
});

test('a checkpoint of more than 2 GB needs files beside the model', async () => {
  const config = {
    ...recordedCase('hubert-large').config,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 4,
    num_attention_heads: 16,
  };
  expect(weightBytes(networkOf(networkConfig.parse(config)))).toBeGreaterThan(maxModelBytes);
  const folder = await temporaryFolder({ 'config.json': JSON.stringify(config), 'model.safetensors': '' });
  await expect(exportOnnx(folder)).rejects.toThrow(/found weights of [\d.]+ GB; expected less than the 2 GB .* Give `external`/);
  await rm(folder, { recursive: true });
});

test('runs from disk with its weights in files beside it', async () => {
  const name = 'wavlm-large';
  const folder = await temporaryFolder(checkpointFiles(name));
  const files: ExternalValues[] = [];
  const model = await exportOnnx(folder, { external: { name: 'wavlm.onnx.data', files, mostBytes: 2000 } });
  const whole = await exportOnnx(folder, { external: { name: 'whole.onnx.data', files: [] } });
  expect(model.length).toBeLessThan(whole.length);
  expect(files.length).toBeGreaterThan(1);
  for (const { path, data } of [{ path: 'wavlm.onnx', data: model }, ...files]) await writeFile(join(folder, path), data);
  const session = await InferenceSession.create(join(folder, 'wavlm.onnx'));
  const [wanted] = recordedCase(name).single.slice(-1);
  const last = session.outputNames.at(-1)!;
  const frames = wanted!.length / 8;
  const found = await session.run(
    {
      waveforms: new Tensor('float32', normalized(recordedWaveforms[0]!), [1, recordedLengths[0]!]),
      mask: new Tensor('float32', new Float32Array(frames).fill(1), [1, frames]),
    },
    [last],
  );
  const worst = wanted!.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[last]!.data as Float32Array)[at]!)), 0);
  expect(worst).toBeLessThan(5e-5);
  await session.release();
  await rm(folder, { recursive: true });
});

/** of mean 0 and variance 1, as its preprocessor says */
function normalized(waveform: Float32Array): Float32Array {
  const mean = waveform.reduce((sum, value) => sum + value, 0) / waveform.length;
  const variance = waveform.reduce((sum, value) => sum + (value - mean) ** 2, 0) / waveform.length;
  return waveform.map((value) => (value - mean) / Math.sqrt(variance + 1e-7));
}
