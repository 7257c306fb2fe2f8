import { InputError, WiringError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { testWaveform } from '../fixtures/waveform.ts';
import { fbank } from './fbank.ts';
import { linear } from './linear.ts';
import { mel } from './mel.ts';
import { mfcc } from './mfcc.ts';
import { spectrogram } from './spectrogram.ts';

const waveform = testWaveform(4000);

describe('lengths', () => {
  const upstreams = [
    fbank(undefined, { melBins: 4, deltaOrder: 0 }),
    mel(undefined, { melBins: 20 }),
    mel(undefined, { melBins: 20, cmvn: false, batching: 'independent' }),
  ];

  test('are floor((samples - 1) / 160) + 1 for every number of samples', async () => {
    const counts = [...Array.from({ length: 60 }, (_, index) => index + 1), ...Array.from({ length: 60 }, (_, index) => 61 + index * 57)];
    for (const boundary of [159, 160, 161, 319, 320, 321, 399, 400, 401, 559, 560, 561, 799, 800, 801, 1599, 1600, 1601])
      counts.push(boundary);
    for (const samples of counts) {
      const values = tf.tensor2d(waveform.subarray(0, samples), [1, samples]);
      const frames = Math.floor((samples - 1) / 160) + 1;
      for (const upstream of upstreams) {
        const [layer] = await upstream.extract({ values, lengths: [samples] });
        expect([samples, layer!.values.shape[1], ...layer!.lengths]).toEqual([samples, frames, frames]);
        layer!.values.dispose();
      }
      values.dispose();
    }
  });

  test('follow the longest utterance, wherever it stands and however wide the padding', async () => {
    const values = tf.zeros([3, 4000]) as tf.Tensor2D;
    for (const upstream of upstreams) {
      const [layer] = await upstream.extract({ values, lengths: [1000, 3000, 1] });
      expect(layer!.values.shape.slice(0, 2)).toEqual([3, 19]);
      expect(layer!.lengths).toEqual([7, 19, 1]);
    }
  });
});

test('settings change the size', async () => {
  expect(fbank().layers).toEqual([{ size: 240, downsampleRate: 160 }]);
  expect(fbank(undefined, { melBins: 40, deltaOrder: 1 }).layers).toEqual([{ size: 80, downsampleRate: 160 }]);
  expect(mfcc().layers).toEqual([{ size: 39, downsampleRate: 160 }]);
  expect(mfcc(undefined, { coefficients: 20, deltaOrder: 0 }).layers).toEqual([{ size: 20, downsampleRate: 160 }]);
  expect(mel(undefined, { melBins: 40 }).layers).toEqual([{ size: 40, downsampleRate: 160 }]);
  expect(linear().layers).toEqual([{ size: 201, downsampleRate: 160 }]);
  expect(spectrogram(undefined, { deltaOrder: 2 }).layers).toEqual([{ size: 771, downsampleRate: 160 }]);
  expect(() => mfcc(undefined, { coefficients: 30 })).toThrow(WiringError);

  const values = tf.tensor2d(waveform, [1, 4000]);
  const [layer] = await spectrogram(undefined, { deltaOrder: 2 }).extract({ values, lengths: [4000] });
  expect(layer!.values.shape).toEqual([1, 25, 771]);
});

test('does not change the waveforms, keeps them, and adds one tensor', async () => {
  const values = tf.tensor2d(waveform, [1, 4000]);
  const before = tf.memory().numTensors;
  const [layer] = await fbank().extract({ values, lengths: [4000] });
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(Array.from(values.dataSync())).toEqual(Array.from(waveform));
  layer!.values.dispose();
});

describe('refuses', () => {
  const upstream = fbank(undefined, { melBins: 4 });
  const ofSamples = (samples: readonly number[]) => tf.tensor2d([[0.1, 0.2, 0.3], [...samples]]);

  test.each([
    ['an empty recording', [3, 0], 'row 1: found a length of 0 samples'],
    ['a length beyond the batch', [4, 3], 'row 0: found a length of 4 samples; expected a whole number, 1 to 3'],
    ['half a sample', [2.5, 3], 'row 0: found a length of 2.5 samples'],
    ['a missing length', [3], '1 lengths for 2 rows'],
  ])('%s', async (_, lengths, message) => {
    const answer = upstream.extract({ values: ofSamples([0, 0, 0]), lengths });
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toThrow(InputError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('the sample %s, unless it is padding', async (sample) => {
    const values = ofSamples([0, 0, sample]);
    await expect(upstream.extract({ values, lengths: [3, 3] })).rejects.toThrow(`row 1, sample 2: found ${sample}`);
    const [layer] = await upstream.extract({ values, lengths: [3, 2] });
    expect(layer!.values.dataSync().every(Number.isFinite)).toBe(true);
  });
});
