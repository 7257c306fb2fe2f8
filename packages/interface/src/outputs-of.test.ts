import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { ModelInput, WaveformModel } from './model.ts';
import { outputsOf } from './outputs-of.ts';
import { waveformsOf } from './testing/toy-sequences.ts';

/** The first two samples of each waveform. */
const firstSamples = (input: ModelInput) => {
  const values = 'layers' in input ? input.layers[0]!.values : tf.expandDims(input.waveforms.values, 1);
  return { samples: tf.reshape(tf.slice(values, [0, 0, 0], [-1, 1, 2]), [-1, 2]) as tf.Tensor2D };
};
const frozen: Pick<WaveformModel<unknown>, 'prepare'> = {
  prepare: async ({ values, lengths }) => ({ layers: [{ values: tf.expandDims(values, 1) as tf.Tensor3D, lengths }] }),
};
const trained: Pick<WaveformModel<unknown>, 'prepare'> = { prepare: async (waveforms) => ({ waveforms }) };

test.each([
  ['frozen', frozen],
  ['trained', trained],
])('gives what a %s upstream leads to off the device, and leaves the waveforms alone', async (_, model) => {
  const waveforms = waveformsOf([4, 3]);
  const before = tf.memory().numTensors;
  const { samples } = await outputsOf(model, waveforms, firstSamples);
  expect(samples).toEqual([waveforms.values.dataSync().slice(0, 2), waveforms.values.dataSync().slice(4, 6)]);
  expect(tf.memory().numTensors).toBe(before);
});

test('leaves no tensors behind when the step throws', async () => {
  const waveforms = waveformsOf([4]);
  const before = tf.memory().numTensors;
  const failing = outputsOf(frozen, waveforms, (input) => {
    firstSamples(input);
    throw new Error('no such model');
  });
  await expect(failing).rejects.toThrow('no such model');
  expect(tf.memory().numTensors).toBe(before);
});
