import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codedSound } from './coded-sound.ts';

const m4a = await readFile(fileURLToPath(new URL('../../../../../scripts/fixtures/voice.m4a', import.meta.url)));
const bytes = (...values: readonly (number | string)[]) =>
  Uint8Array.from(values.flatMap((value) => (typeof value === 'string' ? [...value].map((letter) => letter.charCodeAt(0)) : [value])));

test('an M4A file tells rate, channels and length in its header', () => {
  expect(codedSound(m4a)).toEqual({ format: 'm4a', sampleRate: 16_000, channels: 2, seconds: expect.closeTo(1.866, 1) });
  // the channels are what such files always say; this one has one
  const hour = Buffer.from(m4a);
  hour.writeUInt32BE(3600 * 16_000, hour.indexOf('mdhd') + 20);
  expect(codedSound(hour)?.seconds).toBe(3600);
  // its header lies behind the samples, and the file is torn before it
  expect(codedSound(m4a.subarray(0, 200))).toEqual({ format: 'm4a' });
});

test('AAC without a container is counted frame by frame', () => {
  // 16 kHz, mono, frames of 64 bytes
  const frame = bytes(0xff, 0xf1, 0x60, 0x40, 0x08, 0x1f, 0xfc, ...Array<number>(57).fill(1));
  const file = new Uint8Array(64 * 50);
  for (let place = 0; place < file.length; place += 64) file.set(frame, place);
  expect(codedSound(file)).toEqual({ format: 'aac', sampleRate: 16_000, channels: 1, seconds: 3.2 });
});

test('a Matroska file is no longer than its last cluster', () => {
  const cluster = (...time: readonly number[]) =>
    bytes(0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255, 0xe7, 0x80 | time.length, ...time, 0xa3, 0x81, 0, 0, 0);
  const file = bytes('\x1a\x45\xdf\xa3', ...cluster(0), ...Array<number>(40).fill(7), ...cluster(0x36, 0xee, 0x80));
  expect(codedSound(file)).toEqual({ format: 'webm', seconds: 3600 + 33 });
});

test.each([
  ['WAV', bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
  ['FLAC', bytes('fLaC', 0, 0, 0, 34)],
  ['MP3', bytes(0xff, 0xfb, 0x90, 0x64, 0, 0, 0, 0)],
  ['Opus', bytes('OggS', ...Array<number>(24).fill(0), 'OpusHead', 1)],
  ['text', bytes('Dear diary, this is no recording.')],
  ['nothing', bytes()],
])('%s is left to our own decoders', (_, file) => {
  expect(codedSound(file)).toBeUndefined();
});

test('what nobody knows is left to the browser', () => {
  expect(codedSound(bytes(0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11))).toEqual({ format: 'unknown' });
  expect(codedSound(bytes('OggS', ...Array<number>(24).fill(0), 'Speex   1.2'))).toEqual({ format: 'ogg' });
});
