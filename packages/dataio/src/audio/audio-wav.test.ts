import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { describe, expect, it } from 'vitest';
import { type WaveFile, waveFile } from '../fixtures/wave-file.ts';
import { readAudio } from './read-audio.ts';
import { audioInfo } from './recording-file.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-wav-'));

let written = 0;
function save(bytes: Uint8Array): string {
  const path = join(folder, `${written++}.bin`);
  writeFileSync(path, bytes);
  return path;
}
const wave = (file: WaveFile): string => save(waveFile(file));

const values = [0, 0.5, -0.5, 0.25, -1, 0.125];
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const int16 = bytesOf(Int16Array.from(values, (value) => value * 2 ** 15));
const int24 = Uint8Array.from(values.flatMap((value) => [...bytesOf(Int32Array.of(value * 2 ** 23))].slice(0, 3)));

const encodings: readonly (readonly [string, WaveFile])[] = [
  ['8-bit PCM', { bits: 8, data: Uint8Array.from(values, (value) => value * 128 + 128) }],
  ['16-bit PCM', { bits: 16, data: int16 }],
  ['24-bit PCM', { bits: 24, data: int24 }],
  ['32-bit PCM', { bits: 32, data: bytesOf(Int32Array.from(values, (value) => value * 2 ** 31)) }],
  ['32-bit float', { tag: 3, bits: 32, data: bytesOf(Float32Array.from(values)) }],
  ['64-bit float', { tag: 3, bits: 64, data: bytesOf(Float64Array.from(values)) }],
  ['extensible 16-bit PCM', { bits: 16, data: int16, extensible: true }],
  ['extensible 24-bit PCM', { bits: 24, data: int24, extensible: true }],
  ['extensible float', { tag: 3, bits: 32, data: bytesOf(Float32Array.from(values)), extensible: true }],
];

describe('WAV files', () => {
  it.each(encodings)('reads %s', async (_, file) => {
    const path = wave(file);
    expect(await audioInfo(path)).toEqual({ format: 'wav', sampleRate: 16_000, channels: 1, samples: 6, seconds: 6 / 16_000 });
    expect([...(await readAudio(path))]).toEqual(values);
  });

  // the corner codes of ITU-T G.711's tables
  it.each([
    ['mu-law', 7, [0xff, 0x7f, 0x80, 0x00, 0xfe], [0, 0, 32_124, -32_124, 8]],
    ['A-law', 6, [0xd5, 0x55, 0xaa, 0x2a, 0xd4], [8, -8, 32_256, -32_256, 24]],
  ])('expands %s', async (_, tag, codes, expected) => {
    const samples = await readAudio(wave({ tag, bits: 8, data: Uint8Array.from(codes) }));
    expect(Array.from(samples, (sample) => sample * 2 ** 15 + 0)).toEqual(expected);
  });

  it('mixes channels to their mean', async () => {
    const path = wave({ data: int16, channels: 2 });
    expect((await audioInfo(path)).samples).toBe(3);
    expect([...(await readAudio(path))]).toEqual([0.25, -0.125, -0.4375]);
    expect([...(await readAudio(wave({ data: int16, channels: 3 })))]).toEqual([0, Math.fround(-0.625 / 3)]);
  });

  it('reads recordings that take several passages', async () => {
    const levels = Int32Array.from({ length: 3 * 50_003 }, (_, index) => ((index * 7919) % 65_536) - 32_768);
    const data = Uint8Array.from({ length: 3 * levels.length }, (_, index) => levels[Math.floor(index / 3)]! >> (8 * (index % 3)));
    const threeChannels = { bits: 24, channels: 3, data };
    const mean = (frame: number): number =>
      Math.fround((levels[3 * frame]! + levels[3 * frame + 1]! + levels[3 * frame + 2]!) / 3 / 2 ** 23);
    const samples = await readAudio(wave(threeChannels));
    expect(samples.length).toBe(50_003);
    expect(samples.every((sample, frame) => Math.abs(sample - mean(frame)) < 1e-9)).toBe(true);
    expect([...(await readAudio(wave({ bits: 24, data })))]).toEqual(Array.from(levels, (level) => level / 2 ** 23));
  });

  it.each(encodings)('reads the same samples in parts of %s', async (_, file) => {
    const path = wave(file);
    for (const [first, end] of [
      [0, 1],
      [1, 4],
      [5, 6],
    ] as const) {
      const part = await readAudio(path, { startSeconds: first / 16_000, endSeconds: end / 16_000 });
      expect([...part]).toEqual(values.slice(first, end));
    }
  });

  it.each([
    ['an even chunk', [{ id: 'LIST', body: new Uint8Array(10) }]],
    ['an odd chunk and its padding', [{ id: 'LIST', body: new Uint8Array(7).fill(65) }]],
    ['an odd chunk that lacks its padding', [{ id: 'note', body: new Uint8Array(7).fill(65), padded: false }]],
    ['an empty chunk', [{ id: 'JUNK', body: new Uint8Array(0) }]],
    [
      'chunks longer than the first read',
      [
        { id: 'JUNK', body: new Uint8Array(5001) },
        { id: 'bext', body: new Uint8Array(4099) },
      ],
    ],
  ])('finds the samples behind %s', async (_, chunks) => {
    expect([...(await readAudio(wave({ data: int16, chunks })))]).toEqual(values);
  });

  it('does not take chunks behind the samples for sound', async () => {
    const file = waveFile({ data: int16 });
    const tagged = Buffer.concat([file, Buffer.from('LIST\x04\0\0\0abcd', 'latin1')]);
    tagged.writeUInt32LE(tagged.length - 8, 4);
    expect([...(await readAudio(save(tagged)))]).toEqual(values);
  });

  it.each([
    ['ffmpeg', { riffSize: 0xffffffff, dataSize: 0xffffffff }],
    ['sox', { riffSize: 0x7ffff024, dataSize: 0x7ffff000 }],
    ['a writer that was killed', { riffSize: 0, dataSize: 0 }],
    ['a writer that was killed after the header', { riffSize: 36, dataSize: 0 }],
  ])('reads to the end what %s wrote to a pipe', async (_, claims) => {
    expect([...(await readAudio(wave({ data: int16, ...claims })))]).toEqual(values);
  });

  it('reads the 64-bit sizes of RF64', async () => {
    const sizes = Buffer.alloc(28);
    sizes.writeBigUInt64LE(BigInt(int16.length), 8);
    const path = wave({ data: int16, riffId: 'RF64', riffSize: 0xffffffff, dataSize: 0xffffffff, chunks: [{ id: 'ds64', body: sizes }] });
    expect([...(await readAudio(path))]).toEqual(values);
  });

  it.each([
    ['samples cut short', waveFile({ data: int16 }).subarray(0, -2), /cut short: 10 bytes .* promises 12/],
    ['no samples', waveFile({ data: new Uint8Array(0) }), /0 samples/],
    ['an end inside the header', waveFile({ data: int16 }).subarray(0, 30), /inside the header/],
    ['an end before the samples', waveFile({ data: int16 }).subarray(0, 36), /before its samples/],
    ['no format', Buffer.concat([waveFile({ data: int16 }).subarray(0, 12), waveFile({ data: int16 }).subarray(36)]), /no 'fmt ' chunk/],
    ['no channels', waveFile({ data: int16, channels: 0 }), /0 channels/],
    ['no rate', waveFile({ data: int16, sampleRate: 0 }), /sample rate of 0/],
    ['IMA ADPCM', waveFile({ data: int16, tag: 0x11, bits: 8 }), /IMA ADPCM/],
    ['an unknown codec', waveFile({ data: int16, tag: 0x1234 }), /codec 0x1234/],
    ['NaN', waveFile({ tag: 3, bits: 32, data: bytesOf(Float32Array.of(0, Number.NaN)) }), /NaN among its samples/],
  ])('refuses a file with %s', async (_, bytes, message) => {
    const path = save(bytes);
    const error = await readAudio(path).catch((reason) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(error.where).toBe(path);
    expect(error.message).toMatch(message);
  });
});
