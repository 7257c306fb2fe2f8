import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, InputError } from '@s3/interface';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { readAudio } from '../audio/read-audio.ts';
import { resample } from '../audio/resample.ts';
import { trimSilence } from '../audio/trim-silence.ts';
import { hashSignal, shapedSignal } from '../fixtures/hash-signal.ts';
import { writeWave } from '../fixtures/wave-file.ts';
import { audioDataset } from './audio-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-dataset-'));

// 0.1 to 0.5 s of 16 kHz, and one of 44.1 kHz
const utterances = [1600, 3200, 4800, 6400, 8000].map((samples, index) => {
  const path = join(folder, `${index}.wav`);
  writeWave(path, hashSignal(samples, index));
  return { id: `u${index}`, path, speaker: index % 2, where: `train.csv, row ${index + 2}` };
});
const other = { id: 'other', path: join(folder, 'other.wav'), speaker: 0 };
writeWave(other.path, hashSignal(22_050, 9), { sampleRate: 44_100, channels: 2 });

const place = (crop: Float32Array, whole: Float32Array): number =>
  whole.findIndex((_, first) => crop.every((sample, index) => sample === whole[first + index]));

describe('audioDataset', () => {
  it('reads utterances whole, with all that is known of them', async () => {
    const dataset = await audioDataset({ utterances });
    expect(dataset.length).toBe(5);
    expect(dataset.lengths).toEqual([1600, 3200, 4800, 6400, 8000]);
    expect(dataset.varies).toBe(false);
    const [last, first] = await dataset.load([4, 0], 0);
    expect(last).toEqual({ ...utterances[4], waveform: await readAudio(utterances[4]!.path) });
    expect(first!.id).toBe('u0');
    expectTypeOf(first!.speaker).toBeNumber();
  });

  it('refuses parts that end behind their recordings, with their rows and both times, while it is built', async () => {
    const parts = utterances.map((utterance) => ({ ...utterance, startSeconds: 0.05, endSeconds: 0.34 }));
    const error = await audioDataset({ utterances: parts }).catch((refused: Error) => refused);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(
      `train.csv, row 3: ${utterances[1]!.path}: found the part from 0.05 s to 0.34 s in a recording of 0.2 s`,
    );
    expect((error as Error).message).not.toContain('row 4'); // of 0.3 s: times are rounded
  });

  it('refuses crops of less than a sample, and gains beyond what samples can say', async () => {
    await expect(audioDataset({ utterances }, { maxSeconds: 1e-9 })).rejects.toThrow(
      'audioDataset.maxSeconds: found 1e-9 s; expected at least a sample',
    );
    await expect(async () => audioDataset({ utterances }, { gainDecibels: 1e9 })).rejects.toThrow(ConfigError);
  });

  it('refuses another rate than that of the model', async () => {
    expect(await audioDataset({ utterances, modelRate: 8000 }, { sampleRate: 8000 })).toMatchObject({ sampleRate: 8000 });
    await expect(audioDataset({ utterances, modelRate: 8000 })).rejects.toThrow(
      'audioDataset.sampleRate: found 16000 Hz; expected 8000 Hz, which the model takes. Set it to 8000',
    );
  });

  it('reads a part of a recording', async () => {
    const dataset = await audioDataset({ utterances: [{ ...other, startSeconds: 0.1, endSeconds: 0.15 }] });
    expect(dataset.lengths).toEqual([800]);
    const [item] = await dataset.load([0], 0);
    expect(item!.waveform).toEqual(await readAudio(other.path, { startSeconds: 0.1, endSeconds: 0.15, sampleRate: 16_000 }));
  });

  it('leaves out what is not longer than minSeconds', async () => {
    const dataset = await audioDataset({ utterances }, { minSeconds: 0.3 });
    expect(dataset.utterances.map((utterance) => utterance.id)).toEqual(['u3', 'u4']);
    expect(dataset.lengths).toEqual([6400, 8000]);
    expect(dataset.dropped).toBe(3);
    expect((await dataset.load([0], 0))[0]!.id).toBe('u3');
  });

  it('crops at another place each epoch, the same when read again', async () => {
    const settings = [{ maxSeconds: 0.25 }, { seed: 7 }] as const;
    const dataset = await audioDataset({ utterances }, ...settings);
    expect(dataset.lengths).toEqual([1600, 3200, 4000, 4000, 4000]);
    expect(dataset.varies).toBe(true);
    expect((await audioDataset({ utterances }, { augmentation: { maxGainDecibels: 3 } })).varies).toBe(true);
    const whole = await readAudio(utterances[4]!.path);
    const places = await Promise.all([0, 1, 2, 3].map(async (epoch) => place((await dataset.load([4], epoch))[0]!.waveform, whole)));
    expect(new Set(places).size).toBe(4);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect((await dataset.load([0], 0))[0]!.waveform.length).toBe(1600);

    const again = await audioDataset({ utterances }, ...settings);
    expect(await again.load([4, 3], 2)).toEqual(await dataset.load([4, 3], 2));
    const seeded = await audioDataset({ utterances }, settings[0], { seed: 8 });
    expect((await seeded.load([4], 0))[0]!.waveform).not.toEqual((await dataset.load([4], 0))[0]!.waveform);
  });

  it('reaches every place with a crop, both ends included', async () => {
    const dataset = await audioDataset({ utterances: [utterances[0]!] }, { maxSeconds: 1598 / 16_000 });
    const whole = await readAudio(utterances[0]!.path);
    const places = new Set<number>();
    for (let epoch = 0; epoch < 40; epoch++) places.add(place((await dataset.load([0], epoch))[0]!.waveform, whole));
    expect([...places].sort()).toEqual([0, 1, 2]);
  });

  it('refuses recordings shorter than the model needs, by row and length, before anything is trained', async () => {
    const short = utterances.map((utterance, index) => ({ ...utterance, where: `list.csv, row ${index + 2}` }));
    const building = audioDataset({ utterances: short, minSamples: 1_000_000 });
    await expect(building).rejects.toThrow(
      /shorter than the model's reach; expected at least 62\.500 s[\s\S]*list\.csv, row 2: .*\.wav \([\d.]+ s\)/,
    );
    await expect(audioDataset({ utterances, minSamples: 1000 }, { maxSeconds: 0.05 })).rejects.toThrow(
      /maxSeconds: found 0\.05 s.*0\.063 s/,
    );
  });

  it('crops a resampled recording as it crops the whole', async () => {
    const dataset = await audioDataset({ utterances: [other] }, { maxSeconds: 0.2 });
    const whole = await readAudio(other.path, { sampleRate: 16_000 });
    expect(dataset.lengths).toEqual([3200]);
    for (const epoch of [0, 1, 2]) {
      const [item] = await dataset.load([0], epoch);
      expect(item!.waveform.length).toBe(3200);
      expect(place(item!.waveform, whole)).toBeGreaterThanOrEqual(0);
    }
  });

  describe('with effects', () => {
    const silent = { id: 'silent', path: join(folder, 'silent.wav') };
    writeWave(silent.path, new Float32Array(8000));
    const speech = { id: 'speech', path: join(folder, 'speech.wav') };
    writeWave(
      speech.path,
      shapedSignal(
        [
          [4000, 0.0001, 0.0001],
          [6000, 0.1, 0.2],
          [4000, 0.0001, 0.0001],
        ],
        3,
      ),
    );

    it('applies gain, then trims silence, then crops', async () => {
      const dataset = await audioDataset({ utterances: [speech] }, { gainDecibels: -3, trimSilence: true });
      const [item] = await dataset.load([0], 0);
      const read = resample(await readAudio(speech.path), 16_000, 16_000);
      const expected = trimSilence(
        read.map((sample) => sample * 10 ** (-3 / 20)),
        16_000,
      );
      expect(item!.waveform).toEqual(expected);
      expect(expected.length).toBeLessThan(8000);
      const cropped = await audioDataset({ utterances: [speech] }, { gainDecibels: -3, trimSilence: true, maxSeconds: 0.1 });
      const crop = (await cropped.load([0], 0))[0]!.waveform;
      expect(crop.length).toBe(1600);
      expect(place(crop, expected)).toBeGreaterThanOrEqual(0);
    });

    it('measures after trimming where minSeconds asks for a length', async () => {
      const dataset = await audioDataset({ utterances: [silent, speech] }, { trimSilence: true, minSeconds: 0.2 });
      expect(dataset.utterances).toEqual([speech]);
      expect(dataset.lengths[0]).toBe((await dataset.load([0], 0))[0]!.waveform.length);
    });

    it('keeps lengths that took decoding, until the file or the settings change', async () => {
      const cacheDir = join(folder, 'cache');
      const path = join(folder, 'cached.wav');
      const sound = shapedSignal([[6000, 0.1, 0.1]], 3);
      writeWave(path, sound);
      const build = async (config: { gainDecibels?: number } = {}) => {
        const seen: number[] = [];
        const wiring = { utterances: [{ id: 'c', path }], cacheDir, onProgress: (_: string, done: number) => seen.push(done) };
        const { lengths } = await audioDataset(wiring, { trimSilence: true, minSeconds: 0.05, ...config });
        return { lengths, decoded: seen.length };
      };
      const first = await build();
      expect(first.decoded).toBe(1);
      expect(await build()).toEqual({ lengths: first.lengths, decoded: 0 });
      expect((await build({ gainDecibels: -3 })).decoded).toBe(1);
      writeWave(path, sound.slice(0, 5000));
      const changed = await build();
      expect(changed.decoded).toBe(1);
      expect(changed.lengths[0]).toBeLessThan(first.lengths[0]!);
      writeFileSync(join(cacheDir, 'audio-lengths.json'), '{"broken');
      expect(await build()).toEqual(changed);
    });

    it('measures after trimming where the model needs a length', async () => {
      const { lengths } = await audioDataset({ utterances: [speech] }, { trimSilence: true });
      const trimmed = lengths[0]!;
      expect(trimmed).toBeLessThan(8000);
      const built = audioDataset({ utterances: [speech], minSamples: trimmed + 1 }, { trimSilence: true });
      await expect(built).rejects.toThrow(
        /shorter than the model's reach once their silence is trimmed[\s\S]*minSeconds[\s\S]*speech\.wav/,
      );
      expect((await audioDataset({ utterances: [speech], minSamples: trimmed }, { trimSilence: true })).length).toBe(1);
    });

    it('names the file that is nothing but silence', async () => {
      const built = audioDataset({ utterances: [speech, silent] }, { trimSilence: true });
      await expect(built).rejects.toThrow(/1 utterance: [\s\S]*silent\.wav \(nothing but silence\)/);
    });

    it('clips at full scale', async () => {
      const dataset = await audioDataset({ utterances: [speech] }, { gainDecibels: 40 });
      const { waveform } = (await dataset.load([0], 0))[0]!;
      expect(Math.max(...waveform)).toBe(1);
      expect(Math.min(...waveform)).toBe(-1);
    });
  });

  it('tells how far it is', async () => {
    const seen: [number, number][] = [];
    const many = Array.from({ length: 70 }, () => utterances[0]!);
    await audioDataset({ utterances: many, onProgress: (_, done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [32, 70],
      [64, 70],
      [70, 70],
    ]);
  });

  it('lists all broken recordings in one error, ten of them with row and reason', async () => {
    const empty = join(folder, 'empty.wav');
    writeFileSync(empty, '');
    const bad = [
      { id: 'empty', path: empty, where: 'train.csv, row 40' },
      { ...other, startSeconds: 2 },
      ...Array.from({ length: 11 }, (_, index) => ({
        id: `x${index}`,
        path: join(folder, `absent${index}.wav`),
        where: `train.csv, row ${50 + index}`,
      })),
    ];
    const error: InputError = await audioDataset({ utterances: [...utterances, ...bad] }).catch((reason) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain('13 of 18 utterances');
    expect(error.message).toContain(`train.csv, row 40: ${empty}: found an empty file`);
    expect(error.message).toContain(`${other.path}: found the part from 2 s to the end`);
    expect(error.message).toContain('absent7.wav: found no such file');
    expect(error.message).not.toContain('absent8.wav');
    expect(error.message).toContain('and 3 more');
  });

  it('names the row of a recording that has gone since', async () => {
    const path = join(folder, 'passing.wav');
    writeWave(path, hashSignal(100, 0));
    const dataset = await audioDataset({ utterances: [{ id: 'p', path, where: 'train.csv, row 3' }] });
    rmSync(path);
    const error: InputError = await dataset.load([0], 0).catch((reason) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(error.where).toBe(`train.csv, row 3: ${path}`);
  });

  it('refuses an empty list, a list of short utterances, wrong settings and an unknown index', async () => {
    await expect(audioDataset({ utterances: [] })).rejects.toThrow(/found no utterance/);
    await expect(audioDataset({ utterances }, { minSeconds: 2 })).rejects.toThrow(/5 utterances, none longer than 2 s/);
    expect(() => audioDataset({ utterances }, { maxSeconds: 0 })).toThrow(ConfigError);
    expect(() => audioDataset({ utterances }, { sampleRate: 0.5 })).toThrow(ConfigError);
    const dataset = await audioDataset({ utterances });
    await expect(dataset.load([5], 0)).rejects.toThrow(RangeError);
  });
});
