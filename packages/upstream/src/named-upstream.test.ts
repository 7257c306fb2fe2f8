import { ConfigError, type Frames } from '@s3/interface';
import { layerNorm } from '@s3/interface/tensors';
import { testUpstream } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import recorded from './fixtures/baselines.json' with { type: 'json' };
import { testWaveform } from './fixtures/waveform.ts';
import { namedUpstream } from './named-upstream.ts';
import { type UpstreamName, upstreamNames } from './upstream-settings.ts';

interface Recording {
  readonly lengths: readonly number[];
  /** per item of the batch, frame number to features; 0 for a frame of zeros */
  readonly items: readonly { readonly [frame: string]: readonly number[] | 0 }[];
}

const wiring = { cacheDir: '.' };
const waveform = testWaveform();
const withZeros = waveform.slice(0, 4000).fill(0, 2500);
const batches: { readonly [name: string]: readonly Float32Array[] } = {
  single: [waveform],
  batch: [waveform, waveform.slice(2000, 14_000)],
  short: [waveform.slice(0, 700)],
  zeros: [withZeros, waveform.slice(200, 3200)],
};

async function extract(name: UpstreamName, utterances: readonly Float32Array[], config: object = {}): Promise<Frames> {
  const upstream = await namedUpstream(wiring, { name, ...config });
  const samples = Math.max(...utterances.map((utterance) => utterance.length));
  const values = tf.buffer([utterances.length, samples]);
  for (const [row, utterance] of utterances.entries()) {
    for (const [index, sample] of utterance.entries()) values.set(sample, row, index);
  }
  const lengths = utterances.map((utterance) => utterance.length);
  const tensor = values.toTensor() as tf.Tensor2D;
  const [frames] = await upstream.extract({ values: tensor, lengths });
  tensor.dispose();
  return frames!;
}

const rowsOf = ({ values }: Frames, item: number) => (values.arraySync() as number[][][])[item]!;

const baselineNames = Object.keys(recorded).filter((name) => !name.startsWith('_')) as Exclude<keyof typeof recorded, '_origin'>[];

describe.each(baselineNames)('%s', (name) => {
  // the deviation of three frames is small, and dividing by it enlarges float32 rounding: S3PRL's own float64 run is 0.7e-4 away
  const tolerances: { readonly [batch: string]: number } = { short: 2e-4 };
  test.each(Object.entries(recorded[name] as unknown as { [batch: string]: Recording }))(
    'equals S3PRL: %s',
    async (batch, { lengths, items }) => {
      const frames = await extract(name, batches[batch]!);
      expect(frames.lengths).toEqual(lengths);
      items.forEach((item, index) => {
        const rows = rowsOf(frames, index);
        for (const [frame, features] of Object.entries(item)) {
          const found = rows[Number(frame)]!;
          const wanted = features === 0 ? found.map(() => 0) : features;
          expect(found.length).toBe(wanted.length);
          const worst = Math.max(...found.map((value, at) => Math.abs(value - wanted[at]!) / Math.max(1, Math.abs(wanted[at]!))));
          expect(worst, `item ${index}, frame ${frame}`).toBeLessThan(tolerances[batch] ?? 1e-4);
        }
      });
    },
  );

  test("is the same alone and in a batch with batching 'independent', to the last frame", async () => {
    const utterances = [waveform.slice(0, 5000), waveform.slice(3000, 10_000), waveform.slice(500, 900), withZeros];
    const batch = await extract(name, utterances, { batching: 'independent' });
    for (const [item, utterance] of utterances.entries()) {
      const alone = await extract(name, [utterance], { batching: 'independent' });
      const rows = rowsOf(batch, item);
      expect(rows.slice(0, alone.lengths[0])).toEqual(rowsOf(alone, 0));
      expect(rows.slice(alone.lengths[0]).every((row) => row.every((value) => value === 0))).toBe(true);
    }
  });

  test('gives finite features for silence, single samples and utterances too short for a window', async () => {
    for (const batching of ['s3prl', 'independent']) {
      for (const utterances of [
        [new Float32Array(1600)],
        [waveform.slice(0, 1)],
        [waveform.slice(0, 9000), waveform.slice(0, 390), waveform.slice(0, 450)],
      ]) {
        const frames = await extract(name, utterances, { batching });
        expect(frames.lengths).toEqual(utterances.map((utterance) => Math.floor((utterance.length - 1) / 160) + 1));
        expect(frames.values.dataSync().every(Number.isFinite)).toBe(true);
      }
    }
  });

  describe("conformance, batching 's3prl'", () => {
    // mel and linear mirror the end of the longest only, which the last frames before the end and their mean show
    testUpstream({ build: () => namedUpstream(wiring, { name }), paddingTolerance: name === 'mel' || name === 'linear' ? null : 1e-4 });
  });
  describe("conformance, batching 'independent'", () => {
    testUpstream({ build: () => namedUpstream(wiring, { name, batching: 'independent', normalize: true }) });
  });
});

test('repeats the last frame of the longest utterance and leaves zeros behind the others, as S3PRL does', async () => {
  const rows = await extract('fbank', [waveform, waveform.slice(2000, 14_000)]);
  const [first, second] = [rowsOf(rows, 0), rowsOf(rows, 1)];
  expect(first[98]).toEqual(first[97]);
  expect(first[99]).toEqual(first[97]);
  expect(second[72]!.some((value) => value !== 0)).toBe(true);
  expect(
    second
      .slice(73)
      .flat()
      .every((value) => value === 0),
  ).toBe(true);
  const independent = rowsOf(await extract('fbank', [waveform, waveform.slice(2000, 14_000)], { batching: 'independent' }), 1);
  expect(independent[74]).toEqual(independent[72]);
});

test('normalizes each frame over its features', async () => {
  const plain = await extract('mfcc', batches['batch']!);
  const normalized = await extract('mfcc', batches['batch']!, { normalize: true });
  expect(normalized.lengths).toEqual(plain.lengths);
  const wanted = layerNorm(plain.values).dataSync();
  const found = normalized.values.dataSync();
  expect(Math.max(...found.map((value, index) => Math.abs(value - wanted[index]!)))).toBeLessThan(1e-6);
  const frame = rowsOf(normalized, 0)[10]!;
  expect(frame.reduce((sum, value) => sum + value ** 2, 0) / frame.length).toBeCloseTo(1, 3);
});

describe('an unknown name', () => {
  test.each([
    ['fbnak', "Did you mean 'fbank'?"],
    ['FBANK', "Did you mean 'fbank'?"],
    ['fbank-no-cmvn', "Did you mean 'fbank_no_cmvn'?"],
    ['spectogram', "Did you mean 'spectrogram'?"],
  ])('%s is answered with the nearest', (name, answer) => {
    const build = () => namedUpstream(wiring, { name: name as UpstreamName });
    expect(build).toThrow(answer);
    expect(build).toThrow(ConfigError);
  });

  test('is answered with all that are known, and no far-fetched guess', () => {
    const build = () => namedUpstream(wiring, { name: 'speech2vec_large' as UpstreamName });
    expect(build).toThrow(upstreamNames.join(', '));
    expect(build).not.toThrow('Did you mean');
    expect(() => namedUpstream(wiring)).toThrow('an upstream is missing');
  });
});

test.each([
  ['freezeLayers', 3, '3'],
  ['trainFeatureEncoder', true, 'true'],
  ['layerDrop', 0.1, '0.1'],
  ['chunkSeconds', 10, '10'],
])('%s means nothing to an upstream without a network, and is refused', (setting, value, text) => {
  expect(() => namedUpstream(wiring, { name: 'mfcc', [setting]: value })).toThrow(
    `upstream.${setting}: found ${text}; expected nothing, since mfcc has no network that reads it`,
  );
});
