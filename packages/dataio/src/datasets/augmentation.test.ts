import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashSignal } from '../fixtures/hash-signal.ts';
import { writeWave } from '../fixtures/wave-file.ts';
import { audioDataset } from './audio-dataset.ts';
import { addNoises, changeVolume, reverberate } from './augment-waveform.ts';
import { convolve } from './convolve.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-augmentation-'));
const power = (signal: Float32Array) => signal.reduce((sum, value) => sum + value * value, 0) / signal.length;
const minus = (one: Float32Array, other: Float32Array) => one.map((value, sample) => value - other[sample]!);
const snr = (clean: Float32Array, noisy: Float32Array) => 10 * Math.log10(power(clean) / power(minus(noisy, clean)));

/** A quiet tone, so that nothing reaches full scale. */
const tone = (samples: number, amplitude = 0.05) => Float32Array.from({ length: samples }, (_, sample) => amplitude * Math.sin(sample / 7));
const speech = join(folder, 'speech.wav');
writeWave(speech, tone(8000));
const utterances = [{ id: 'a', path: speech }];
const noises = join(folder, 'noises');
mkdirSync(join(noises, 'deep'), { recursive: true });
// shorter than the utterance, at another rate and with two channels; and longer than it
writeWave(join(noises, 'short.wav'), hashSignal(2000, 1), { sampleRate: 8000, channels: 2 });
writeWave(join(noises, 'deep', 'long.wav'), hashSignal(32_000, 2));
writeFileSync(join(noises, 'LICENSE'), 'no recording');

test('a convolution is the sum of its definition', () => {
  for (const [first, second] of [
    [hashSignal(50, 1), hashSignal(17, 2)],
    [hashSignal(1, 3), hashSignal(1, 4)],
    [hashSignal(3, 5), hashSignal(64, 6)],
  ] as const) {
    const expected = new Float64Array(first.length + second.length - 1);
    for (const [at, one] of first.entries()) for (const [offset, other] of second.entries()) expected[at + offset]! += one * other;
    const found = convolve(first, second);
    expect(found.length).toBe(expected.length);
    found.forEach((value, sample) => void expect(value).toBeCloseTo(expected[sample]!, 6));
  }
});

describe('waveforms', () => {
  test.each([-5, 0, 7.5, 20])('noise at %d dB, measured', (decibels) => {
    const clean = tone(8000);
    for (const noise of [hashSignal(8000, 1), hashSignal(300, 2)])
      expect(snr(clean, addNoises(clean, [{ noise, snrDecibels: decibels, start: 0.4 }]))).toBeCloseTo(decibels, 2);
  });

  test('a noise that is too short is repeated without a gap', () => {
    const clean = tone(10);
    const added = minus(addNoises(clean, [{ noise: Float32Array.of(1, 2, 3), snrDecibels: 0, start: 0.5 }]), clean);
    expect([...added].map((value) => Math.round((2 * value) / added[0]!))).toEqual([2, 3, 1, 2, 3, 1, 2, 3, 1, 2]);
  });

  test('silence on either side changes nothing', () => {
    expect(addNoises(tone(10), [{ noise: new Float32Array(4), snrDecibels: 5, start: 0 }])).toEqual(tone(10));
    expect(addNoises(new Float32Array(10), [{ noise: tone(4), snrDecibels: 5, start: 0 }])).toEqual(new Float32Array(10));
  });

  test('reverberation keeps energy, length and time, whatever delay the response has', () => {
    const clean = hashSignal(4000, 3);
    const response = new Float32Array(900);
    response.set([0.9, 0, 0.3, -0.2], 120);
    response[800] = 0.1;
    const wet = reverberate(clean, response);
    expect(wet.length).toBe(4000);
    expect(power(wet)).toBeCloseTo(power(clean), 6);
    const correlation = (shift: number) => clean.reduce((sum, value, sample) => sum + value * (wet[sample + shift] ?? 0), 0);
    expect([-2, -1, 1, 2, 120].every((shift) => correlation(shift) < correlation(0))).toBe(true);
    const single = reverberate(clean, Float32Array.of(0, 0, 0.5));
    single.forEach((value, sample) => void expect(value).toBeCloseTo(clean[sample]!, 5));
  });

  test('a gain multiplies, and stops at full scale', () => {
    expect(power(changeVolume(tone(1000), 6)) / power(tone(1000))).toBeCloseTo(10 ** 0.6, 4);
    expect(Math.max(...changeVolume(tone(1000), 60))).toBeCloseTo(1, 6);
  });
});

describe('data sets', () => {
  const dataset = (augmentation: object, seed = 0) => audioDataset({ utterances }, { augmentation }, { seed });
  const waveform = async (augmentation: object, epoch = 0, seed = 0) =>
    (await (await dataset(augmentation, seed)).load([0], epoch))[0]!.waveform;
  let plain: Float32Array;
  beforeAll(async () => {
    plain = await waveform({});
  });

  test('noise of a folder and its folders, at a ratio within the range, another each epoch, the same for the same seed', async () => {
    const noise = { noise: { source: noises, minSnrDecibels: 3, maxSnrDecibels: 9 } };
    const found = await Promise.all([0, 1, 2, 3, 4, 5].map((epoch) => waveform(noise, epoch)));
    const ratios = found.map((noisy) => snr(plain, noisy));
    for (const ratio of ratios) expect(ratio).toSatisfy((value: number) => value > 2.9 && value < 9.1);
    expect(new Set(ratios.map((ratio) => ratio.toFixed(3))).size).toBe(6);
    expect(await waveform(noise, 4)).toEqual(found[4]);
    expect(await waveform(noise, 4, 1)).not.toEqual(found[4]);
  });

  test('a csv file of noises, and a share of the utterances', async () => {
    const csv = join(folder, 'noises.csv');
    writeFileSync(csv, 'wav_path\nnoises/short.wav\n');
    const share = { noise: { source: csv, probability: 0.5 } };
    const noisy = await Promise.all(
      Array.from({ length: 40 }, async (_, epoch) => (await waveform(share, epoch)).some((value, at) => value !== plain[at])),
    );
    expect(noisy.filter(Boolean).length).toSatisfy((count: number) => count > 8 && count < 32);
  });

  test('several recordings together, each at a ratio of its own', async () => {
    const babble = { source: noises, minRecordings: 3, maxRecordings: 3, minSnrDecibels: 10, maxSnrDecibels: 10 };
    // three noises that do not know of each other, each a tenth of the speech
    expect(snr(plain, await waveform({ noise: babble }))).toBeCloseTo(10 - 10 * Math.log10(3), 0);
    const counted = { noise: { ...babble, minRecordings: 1 } };
    const ratios = await Promise.all(
      Array.from({ length: 12 }, async (_, epoch) => Math.round(snr(plain, await waveform(counted, epoch)))),
    );
    expect([...new Set(ratios)].sort((a, b) => a - b).length).toBeGreaterThan(1);
    expect(await waveform({ noise: { source: noises, minRecordings: 1 } })).toEqual(await waveform({ noise: { source: noises } }));
  });

  test('one of several kinds of noise for each utterance, as often as its share says', async () => {
    mkdirSync(join(folder, 'loud'), { recursive: true });
    writeWave(join(folder, 'loud', 'hum.wav'), hashSignal(9000, 7));
    const kinds = [
      { source: noises, minSnrDecibels: 20, maxSnrDecibels: 20 },
      { source: join(folder, 'loud'), share: 3, minSnrDecibels: -5, maxSnrDecibels: -5 },
    ];
    const ratios = await Promise.all(
      Array.from({ length: 40 }, async (_, epoch) => Math.round(snr(plain, await waveform({ noise: { kinds } }, epoch)))),
    );
    expect(new Set(ratios)).toEqual(new Set([20, -5]));
    expect(ratios.filter((ratio) => ratio === -5).length).toSatisfy((count: number) => count > 22 && count < 38);
    await expect(dataset({ noise: { kinds: [{ source: join(folder, 'nowhere') }] } })).rejects.toThrow(
      /augmentation\.noise\.kinds\[0\]\.source: found '.*nowhere', which is not there/,
    );
    expect(() => dataset({ noise: { source: noises, kinds } })).toThrow('a source beside kinds');
    expect(() => dataset({ noise: { kinds: [{ source: noises, minRecordings: 3 }] } })).toThrow('is less than minRecordings');
  });

  test('reverberation by a recorded response at another rate', async () => {
    const response = new Float32Array(4000);
    response[40] = 0.8;
    response[1500] = 0.4;
    writeWave(join(folder, 'room.wav'), response, { sampleRate: 8000 });
    writeFileSync(join(folder, 'rooms.csv'), 'wav_path\nroom.wav\n');
    const wet = await waveform({ reverberation: { source: join(folder, 'rooms.csv') } });
    expect(wet.length).toBe(plain.length);
    expect(power(wet)).toBeCloseTo(power(plain), 7);
    expect(power(minus(wet, plain))).toBeGreaterThan(0.05 * power(plain));
  });

  test('speed changes length and pitch; crops and lengths know of it', async () => {
    expect((await waveform({ speedFactors: [1.25] })).length).toBe(6400);
    const slow = await waveform({ speedFactors: [0.8] });
    expect(slow.length).toBe(10_000);
    // the tone of 1/7 radians a sample, 0.8 times as fast
    const expected = Float32Array.from({ length: 9000 }, (_, sample) => 0.05 * Math.sin((0.8 * (sample + 500)) / 7));
    expect(power(minus(slow.slice(500, 9500), expected))).toBeLessThan(1e-4 * power(expected));
    expect((await dataset({ speedFactors: [0.8, 1.25] })).lengths).toEqual([10_000]);
    const cropped = await audioDataset({ utterances }, { maxSeconds: 0.55, augmentation: { speedFactors: [0.8] } });
    expect((await cropped.load([0], 0))[0]!.waveform.length).toBe(8800);
    const lengths = new Set<number>();
    const several = await dataset({ speedFactors: [0.8, 1, 1.25] });
    for (let epoch = 0; epoch < 12; epoch++) lengths.add((await several.load([0], epoch))[0]!.waveform.length);
    expect([...lengths].sort()).toEqual([10_000, 6400, 8000]);
    await expect(audioDataset({ utterances, minSamples: 7000 }, { augmentation: { speedFactors: [1.25] } })).rejects.toThrow('0.400 s');
  });

  test('volume', async () => {
    const gains = await Promise.all(
      [0, 1, 2, 3].map(
        async (epoch) => 10 * Math.log10(power(await waveform({ minGainDecibels: -6, maxGainDecibels: 6 }, epoch)) / power(plain)),
      ),
    );
    for (const gain of gains) expect(Math.abs(gain)).toBeLessThan(6.01);
    expect(new Set(gains).size).toBe(4);
  });

  test('one kind more does not change what the others draw', async () => {
    const noise = { noise: { source: noises } };
    const softer = await waveform({ ...noise, minGainDecibels: -6, maxGainDecibels: -6 });
    const noisy = await waveform(noise);
    softer.forEach((value, sample) => void expect(value).toBeCloseTo(noisy[sample]! * 10 ** (-6 / 20), 6));
  });

  test('says what is wrong with a source', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    writeFileSync(join(folder, 'broken.wav'), 'RIFFxxxxWAVE');
    writeFileSync(join(folder, 'none.csv'), 'wav_path\n');
    writeFileSync(join(folder, 'broken.csv'), 'wav_path\nbroken.wav\n');
    const noise = (source: string) => dataset({ noise: { source } });
    await expect(noise(join(folder, 'nowhere'))).rejects.toThrow(/augmentation\.noise\.source: found '.*nowhere', which is not there/);
    await expect(noise(join(folder, 'empty'))).rejects.toThrow('without recordings');
    await expect(noise(join(folder, 'none.csv'))).rejects.toThrow('none.csv');
    await expect(noise(join(folder, 'broken.csv'))).rejects.toThrow('1 of 1 noise recordings: found recordings that cannot be used');
    await expect(dataset({ reverberation: { source: speech } })).rejects.toThrow('augmentation.reverberation.source');
    expect(() => dataset({ noise: { minSnrDecibels: 5, maxSnrDecibels: 1 } })).toThrow('is less than minSnrDecibels');
    await expect(dataset({ minGainDecibels: 5 })).rejects.toThrow('augmentation.maxGainDecibels');
  });
});
