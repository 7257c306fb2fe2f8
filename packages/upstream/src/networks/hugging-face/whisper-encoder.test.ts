import { rm } from 'node:fs/promises';
import { inference } from '@s3/interface';
import { onnxTask } from '@s3/interface/graph';
import { testUpstream, waveformsOf } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkpointFiles,
  recordedCase,
  recordedLengths,
  recordedWaveforms,
  recordedWhisper,
  temporaryFolder,
} from '../../fixtures/small-checkpoint.ts';
import { exportOnnx } from '../../pretrained/onnx/export-onnx.ts';
import { type PretrainedSettings, pretrainedUpstream } from '../../pretrained/pretrained-upstream.ts';
import { logMel } from '../spectrograms/log-mel.ts';

let folder: string;
const build = (changed: Partial<PretrainedSettings> = {}) =>
  pretrainedUpstream(folder, { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: true, engine: 'tensorflow', ...changed });
beforeAll(async () => {
  folder = await temporaryFolder(checkpointFiles('whisper'));
});
afterAll(() => rm(folder, { recursive: true }));

/** the recorded ones, each zero-padded to so many */
const padded = (samples: number) => {
  const values = new Float32Array(2 * samples);
  for (const [row, waveform] of recordedWaveforms.entries()) values.set(waveform, row * samples);
  return tf.tensor2d(values, [2, samples]);
};
const largestDifference = (found: ArrayLike<number>, wanted: ArrayLike<number>) => {
  expect(found.length).toBe(wanted.length);
  return Array.from(found).reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at]!)), 0);
};
/** of (2, 50, 8), the first frames of each row */
const firstFrames = (state: readonly number[], frames: number) => [0, 1].flatMap((row) => state.slice(row * 400, row * 400 + frames * 8));

test('makes the spectrogram of transformers', () => {
  const { frames, values } = recordedWhisper.features;
  const found = logMel(padded(16_000), 16);
  expect(found.shape).toEqual([2, 100, 16]);
  // silence is as many orders below the loudest band as there are
  expect(largestDifference(tf.gather(tf.gather(found, 0), frames).dataSync(), values)).toBeLessThan(2e-5);
});

test.each(['tensorflow', 'onnxruntime'] as const)('gives the hidden states of transformers: %s', async (engine) => {
  const upstream = await build({ engine });
  const layers = await upstream.extract({ values: padded(4000), lengths: recordedLengths });
  const wanted = recordedCase('whisper').batch;
  expect(layers.map(({ values, lengths }) => [values.shape, lengths])).toEqual(
    wanted.map(() => [
      [2, 13, 8],
      [13, 10],
    ]),
  );
  for (const [layer, { values }] of layers.entries())
    expect(largestDifference(values.dataSync(), firstFrames(wanted[layer]!, 13))).toBeLessThan(5e-5);
  upstream.dispose();
});

describe.each(['tensorflow', 'onnxruntime'] as const)('conformance on %s', (engine) => {
  testUpstream({ build: () => build({ engine }), paddingTolerance: 1e-4 });
});

test('is exported: the encoder on padded waveforms, and as part of a task', async () => {
  const wanted = recordedCase('whisper').batch.at(-1)!;
  const encoder = await InferenceSession.create(await exportOnnx(folder));
  const whole = new Tensor('float32', padded(16_000).dataSync() as Float32Array, [2, 16_000]);
  const mask = new Tensor('float32', new Float32Array(100).fill(1), [2, 50]);
  const { hidden_2: last } = await encoder.run({ waveforms: whole, mask }, ['hidden_2']);
  expect(largestDifference(last!.data as Float32Array, wanted)).toBeLessThan(5e-5);

  const upstream = await build();
  const describeLast: Parameters<typeof onnxTask>[1]['describe'] = (operations, waveforms) => {
    const { values, lengths } = upstream.graph!(operations, waveforms).at(-1)!;
    return { last: { value: values, axes: ['batch', 'frames', 8] }, frame_lengths: { value: lengths, axes: ['batch'] } };
  };
  const task = await InferenceSession.create(await onnxTask('whisper', { describe: describeLast }, {}));
  const found = await task.run({
    waveforms: new Tensor('float32', padded(4000).dataSync() as Float32Array, [2, 4000]),
    lengths: new Tensor('int64', BigInt64Array.from(recordedLengths, BigInt), [2]),
  });
  expect(Array.from(found['frame_lengths']!.data as BigInt64Array, Number)).toEqual([13, 10]);
  expect(largestDifference(found['last']!.data as Float32Array, firstFrames(wanted, 13))).toBeLessThan(5e-5);
  for (const session of [encoder, task]) await session.release();
  upstream.dispose();
});

test('hears so many seconds at once: more is refused, or run in pieces', async () => {
  const upstream = await build();
  const waveforms = waveformsOf([16_001]);
  await expect(upstream.extract(waveforms)).rejects.toThrow(
    /an utterance of 1.0 s; expected at most 1 s, which this encoder hears at once/,
  );
  expect(() => upstream.forward!(waveforms, inference)).toThrow(/hears at once/);
  upstream.dispose();
  await expect(build({ chunkSeconds: 0.8, chunkOverlapSeconds: 0.2 })).rejects.toThrow(/upstream.chunkSeconds: found 0.8 s/);
  const inPieces = await build({ chunkSeconds: 0.6, chunkOverlapSeconds: 0.2 });
  const [layer] = await inPieces.extract(waveformsOf([40_000, 5000]));
  expect([layer!.values.shape, layer!.lengths]).toEqual([
    [2, 125, 8],
    [125, 16],
  ]);
  // what is shorter than a piece is run as it is
  const alone = await inPieces.extract(waveformsOf([5000]));
  expect(alone[0]!.lengths).toEqual([16]);
  inPieces.dispose();
});

test('leaves its convolutions and positions out of training, unless asked', async () => {
  const names = async (changed: Partial<PretrainedSettings>) => {
    const upstream = await build(changed);
    const trained = Object.entries(upstream.state().tensors).filter(([, weight]) => upstream.trainable.includes(weight as tf.Variable));
    upstream.dispose();
    return trained.map(([name]) => name);
  };
  const [all, some] = [await names({}), await names({ trainFeatureEncoder: false })];
  expect(all.filter((name) => !some.includes(name))).toEqual([
    'encoder.conv1.weight',
    'encoder.conv1.bias',
    'encoder.conv2.weight',
    'encoder.conv2.bias',
    'encoder.embed_positions.weight',
  ]);
});

test('has the gradients of finite differences', async () => {
  const upstream = await build();
  const loss = () =>
    tf.tidy(() => {
      const { values } = upstream.forward!({ values: padded(4000), lengths: recordedLengths }, inference).at(-1)!;
      return tf.mean(tf.mul(values, tf.sin(tf.reshape(tf.range(0, values.size), values.shape)))) as tf.Scalar;
    });
  const { grads } = tf.variableGrads(loss, [...upstream.trainable]);
  // one of each kind
  const kinds =
    /conv1\.weight$|embed_positions|layers\.0\.self_attn\.[kv]_proj\.weight$|layers\.1\.fc1\.bias$|encoder\.layer_norm\.weight$/;
  const weights = Object.entries(upstream.state().tensors).filter(([name]) => kinds.test(name)) as [string, tf.Variable][];
  expect(weights.length).toBe(6);
  for (const [name, weight] of weights) {
    const [values, gradient] = [tf.add(weight, 0), grads[weight.name]!];
    const length = Math.hypot(...gradient.dataSync());
    // along the gradient, where the loss changes most
    const at = (distance: number) => {
      weight.assign(tf.add(values, tf.mul(gradient, distance / (length || 1))));
      return loss().dataSync()[0]!;
    };
    const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
    weight.assign(values);
    expect(Math.abs(slope - length), `${name}: slope ${slope}, length of the gradient ${length}`).toBeLessThan(5e-4 + 0.02 * length);
  }
  upstream.dispose();
});
