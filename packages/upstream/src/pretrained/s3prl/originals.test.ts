import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inference } from '@s3/interface';
import { testUpstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashValues } from '../../fixtures/hash-values.ts';
import { originalCase, originalCases, originalWaveform } from '../../fixtures/original-case.ts';
import { temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { type PretrainedSettings, pretrainedUpstream } from '../pretrained-upstream.ts';

const settings: PretrainedSettings = { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: false, engine: 'tensorflow' };
/** one of each kind */
const conforming: ReadonlySet<string> = new Set([
  'apc',
  'npc',
  'mockingjay',
  'decoar',
  'decoar2',
  ...['wav2vec', 'vq-wav2vec-gumbel', 'vq-wav2vec-kmeans', 'cpc', 'fairseq-hubert', 'fairseq-wavlm', 'distiller'],
]);
/** networks that see what lies behind an utterance's end, as S3PRL's do */
const seePadding: ReadonlySet<string> = new Set([
  'npc',
  'npc-bottleneck',
  'mockingjay',
  'tera',
  'audio-albert',
  ...originalCases.filter((name) => /wav2vec|cpc-other|fairseq|distiller/.test(name)),
]);
/** networks that begin with convolutions of their own */
const areConvolutional: ReadonlySet<string> = new Set(originalCases.filter((name) => /wav2vec|cpc|byol|fairseq|distiller/.test(name)));

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder(Object.fromEntries(originalCases.map((name) => [`${name}.ckpt`, originalCase(name).checkpoint])));
});
afterAll(() => rm(folder, { recursive: true }));
const build = (name: string, changed: Partial<PretrainedSettings> = {}) =>
  pretrainedUpstream(
    join(folder, `${name}.ckpt`),
    { ...settings, trainFeatureEncoder: areConvolutional.has(name), ...changed },
    originalCase(name).name,
  );

function waveformsOf({ samples }: { readonly samples: readonly number[] }) {
  const longest = Math.max(...samples);
  const values = new Float32Array(samples.length * longest);
  for (const [row, length] of samples.entries()) values.set(originalWaveform(length, row), row * longest);
  return { values: tf.tensor2d(values, [samples.length, longest]), lengths: [...samples] };
}

/** The valid frames of all rows, one row behind the other. */
function validValues(values: tf.Tensor3D, lengths: readonly number[]): tf.Tensor1D {
  return tf.concat(lengths.map((frames, row) => tf.reshape(tf.slice(values, [row, 0, 0], [1, frames, -1]), [-1]))) as tf.Tensor1D;
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[], what: string) {
  expect(found.length).toBe(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  const difference = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0);
  expect(difference / largest, what).toBeLessThan(1e-4);
}

describe.each(originalCases)('%s', (name) => {
  const recorded = originalCase(name);

  test.each(['tensorflow', 'onnxruntime'] as const)('gives the hidden states of S3PRL on %s, alone and in a batch', async (engine) => {
    const upstream = await build(name, { engine });
    expect(upstream.layers).toEqual(recorded.sizes.map((size, layer) => ({ size, downsampleRate: recorded.rates[layer] })));
    const batch = await upstream.extract(waveformsOf(recorded));
    for (const [layer, { values, lengths }] of batch.entries()) {
      expect(lengths).toEqual(recorded.frames[layer]);
      expectClose(validValues(values, lengths).dataSync(), recorded.batch[layer]!, `layer ${layer} of the batch`);
    }
    const single = await upstream.extract(waveformsOf({ samples: recorded.samples.slice(0, 1) }));
    for (const [layer, { values }] of single.entries()) expectClose(values.dataSync(), recorded.single[layer]!, `layer ${layer} alone`);
    upstream.dispose();
  });

  test('gives the gradients of S3PRL', async () => {
    const upstream = await build(name);
    const waveforms = waveformsOf(recorded);
    const loss = () =>
      upstream.forward!(waveforms, inference).reduce((sum, { values, lengths }, layer) => {
        const valid = validValues(values, lengths);
        return tf.add(sum, tf.sum(tf.mul(valid, tf.tensor1d(Float32Array.from(hashValues(valid.size, 2000 + layer))))));
      }, tf.scalar(0)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [...upstream.trainable]);
    const weights = Object.entries(upstream.state().tensors).filter(([, weight]) => upstream.trainable.includes(weight as tf.Variable));
    const found = Object.fromEntries(
      weights.map(([key, weight]) => {
        const values = Array.from(grads[(weight as tf.Variable).name]!.dataSync());
        const hashed = hashValues(values.length, 1);
        return [key, [values.reduce((sum, value, at) => sum + value * hashed[at]!, 0), Math.hypot(...values)]];
      }),
    );
    for (const [key, [sum, length]] of Object.entries(recorded.gradients)) {
      expect(found[key], key).toBeDefined();
      expect(Math.abs(found[key]![0]! - sum), `${key} ${found[key]} ${sum}, ${length}`).toBeLessThan(1e-3 * length + 1e-4);
      expect(Math.abs(found[key]![1]! - length), key).toBeLessThan(1e-3 * length + 1e-4);
    }
    upstream.dispose();
  });

  test('answers an utterance shorter than a frame beside a longer one', async () => {
    const upstream = await build(name);
    for (const { values, lengths } of await upstream.extract(waveformsOf({ samples: [2000, 300] }))) {
      expect(lengths[1]).toBeGreaterThan(0);
      expect(values.dataSync().every(Number.isFinite)).toBe(true);
    }
    upstream.dispose();
  });

  if (conforming.has(name))
    describe('conformance', () => testUpstream({ build: () => build(name), paddingTolerance: seePadding.has(name) ? null : 1e-4 }));
});
