import { rm } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { checkpointFiles, recordedCase, recordedLengths, recordedWaveforms, temporaryFolder } from '../fixtures/small-checkpoint.ts';
import { exportOnnx } from './export-onnx.ts';

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
