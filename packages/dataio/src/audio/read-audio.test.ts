import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@s3/interface';
import { describe, expect, it } from 'vitest';
import { hashSignal } from '../fixtures/hash-signal.ts';
import { writeWave } from '../fixtures/wave-file.ts';
import { readAudio } from './read-audio.ts';
import { audioInfo } from './recording-file.ts';
import { resample } from './resample.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 's3-audio-'));

function save(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Correlation with the tone of 440 Hz that every fixture holds, and how loud it is there beside an amplitude of 0.5. */
function tone(samples: Float32Array, sampleRate: number): { likeness: number; level: number } {
  let [product, own, reference] = [0, 0, 0];
  samples.forEach((sample, index) => {
    const expected = 0.5 * Math.sin((2 * Math.PI * 440 * index) / sampleRate);
    product += sample * expected;
    own += sample ** 2;
    reference += expected ** 2;
  });
  return { likeness: product / Math.sqrt(own * reference), level: product / reference };
}

// Made with flac 1.4.2 and ffmpeg 5.1 from a sine of 440 Hz and amplitude 0.5, a quarter of a second at 16 kHz.
const coded = [
  { name: 'mono-16bit.flac', format: 'flac', sampleRate: 16_000, channels: 1, samples: 4000, likeness: 1 - 1e-6, level: 1 },
  { name: 'stereo-24bit.flac', format: 'flac', sampleRate: 44_100, channels: 2, samples: 2205, likeness: 1 - 1e-6, level: 0.75 },
  { name: 'flac-in-ogg.oga', format: 'flac', sampleRate: 16_000, channels: 1, samples: 4000, likeness: 1 - 1e-6, level: 1 },
  { name: 'tagged.mp3', format: 'mp3', sampleRate: 16_000, channels: 1, samples: 4000, likeness: 0.999, level: 0.95 },
  { name: 'tone.ogg', format: 'vorbis', sampleRate: 16_000, channels: 1, samples: 4000, likeness: 0.999, level: 1 },
  { name: 'tone.opus', format: 'opus', sampleRate: 48_000, channels: 1, samples: 12_000, likeness: 0.99, level: 1 },
  { name: 'tone.m4a', format: 'other', sampleRate: 16_000, channels: 1, samples: 4000, likeness: 0.99, level: 1 },
];

describe('readAudio', () => {
  it.each(coded)('reads $name', async ({ name, format, sampleRate, channels, samples, likeness, level }) => {
    const path = fixture(name);
    expect(await audioInfo(path)).toEqual({ format, sampleRate, channels, samples, seconds: samples / sampleRate });
    const read = await readAudio(path);
    expect(read.length).toBe(samples);
    // Not only the length: an encoder's delay left in would shift the tone.
    const heard = tone(read, sampleRate);
    expect(heard.likeness).toBeGreaterThan(likeness);
    expect(heard.level).toBeCloseTo(level, 1);
  });

  it('reads AIFF', async () => {
    const bytes = Buffer.alloc(54 + 2 * 4000);
    bytes.write('FORM', 0, 'latin1');
    bytes.writeUInt32BE(bytes.length - 8, 4);
    bytes.write('AIFFCOMM', 8, 'latin1');
    bytes.writeUInt32BE(18, 16);
    bytes.writeUInt16BE(1, 20); // channel
    bytes.writeUInt32BE(4000, 22);
    bytes.writeUInt16BE(16, 26); // bits
    bytes.set([0x40, 0x0c, 0xfa], 28); // 16,000 Hz as an 80-bit float
    bytes.write('SSND', 38, 'latin1');
    bytes.writeUInt32BE(8 + 2 * 4000, 42);
    for (let index = 0; index < 4000; index++) {
      bytes.writeInt16BE(Math.round(0.5 * 32_768 * Math.sin((2 * Math.PI * 440 * index) / 16_000)), 54 + 2 * index);
    }
    const path = save('tone.aiff', bytes);
    expect(await audioInfo(path)).toEqual({ format: 'other', sampleRate: 16_000, channels: 1, samples: 4000, seconds: 0.25 });
    const heard = tone(await readAudio(path), 16_000);
    expect(heard.likeness).toBeGreaterThan(1 - 1e-6);
    expect(heard.level).toBeCloseTo(1, 4);
  });

  it('gives FLAC samples the scale of WAV samples', async () => {
    const samples = await readAudio(fixture('mono-16bit.flac'));
    expect(samples.every((sample) => Number.isInteger(sample * 2 ** 15))).toBe(true);
    expect(samples[1]).toBe(Math.round(0.5 * Math.sin((2 * Math.PI * 440) / 16_000) * 2 ** 15) / 2 ** 15);
  });

  it('counts the frames of an MP3 file without an index', async () => {
    const path = fixture('untagged.mp3');
    expect((await audioInfo(path)).samples).toBe((await readAudio(path)).length);
  });

  it('tells formats by content, not by name, and passes over an ID3 tag', async () => {
    const path = save('flac-in-disguise.mp3', readFileSync(fixture('mono-16bit.flac')));
    expect((await audioInfo(path)).format).toBe('flac');
    const tag = Buffer.from('ID3\x04\0\0\0\0\x01\x05', 'latin1');
    for (const name of ['mono-16bit.flac', 'untagged.mp3']) {
      const tagged = save(`id3-${name}`, Buffer.concat([tag, Buffer.alloc(133), readFileSync(fixture(name))]));
      expect(await readAudio(tagged)).toEqual(await readAudio(fixture(name)));
    }
  });

  it.each(coded)('cuts a part out of $name', async ({ name, sampleRate }) => {
    const whole = await readAudio(fixture(name));
    const part = await readAudio(fixture(name), { startSeconds: 0.01, endSeconds: 0.04 });
    expect(part).toEqual(whole.slice(Math.round(0.01 * sampleRate), Math.round(0.04 * sampleRate)));
  });

  it('resamples to the rate that is asked for', async () => {
    const path = join(folder, 'rate.wav');
    writeWave(path, hashSignal(2000, 0), { sampleRate: 8000 });
    const own = await readAudio(path);
    expect(await readAudio(path, { sampleRate: 16_000 })).toEqual(resample(own, 8000, 16_000));
    const part = await readAudio(path, { startSeconds: 0.1, endSeconds: 0.2, sampleRate: 16_000 });
    expect(part).toEqual(resample(own.slice(800, 1600), 8000, 16_000));
  });

  it('takes an end a little behind the recording as its end', async () => {
    const samples = await readAudio(fixture('mono-16bit.flac'), { startSeconds: 0.2, endSeconds: 0.29 });
    expect(samples.length).toBe(800);
  });

  it.each([
    ['a start behind the end', { startSeconds: 0.3 }],
    ['an end far behind the end', { startSeconds: 0.2, endSeconds: 0.31 }],
    ['a start at the end', { startSeconds: 0.25 }],
    ['an end before the start', { startSeconds: 0.2, endSeconds: 0.1 }],
    ['a negative start', { startSeconds: -0.1 }],
    ['a start that is no number', { startSeconds: Number.NaN }],
    ['an end that is no number', { endSeconds: Number.NaN }],
  ])('refuses %s', async (_, part) => {
    await expect(readAudio(fixture('mono-16bit.flac'), part)).rejects.toThrow(
      /mono-16bit\.flac: found the part from .* in a recording of 0\.25 s/,
    );
  });

  it.skipIf(process.platform === 'win32')('refuses a pipe, and does not wait for it', async () => {
    const pipe = join(folder, 'pipe.wav');
    execFileSync('mkfifo', [pipe]);
    await expect(readAudio(pipe)).rejects.toThrow(/pipe\.wav: found no regular file/);
  });

  it('refuses what is no audio file and says what it is', async () => {
    mkdirSync(join(folder, 'folder'));
    const cases: [string, RegExp][] = [
      [join(folder, 'absent.wav'), /no such file/],
      [join(folder, 'folder'), /a folder/],
      [save('empty.wav', ''), /an empty file/],
      [save('text.wav', 'I am not a recording, whatever my name says'), /text that begins with "I am not/],
      [save('pointer.wav', 'version https://git-lfs.github.com/spec/v1\n'), /Git LFS pointer/],
      [save('timit.wav', 'NIST_1A\n   1024\n'), /NIST SPHERE/],
      [
        save(
          'noise.wav',
          Uint8Array.from({ length: 500 }, (_, index) => (index * 37) % 251),
        ),
        /no audio that can be decoded/,
      ],
      [
        save('speex.ogg', Buffer.concat([Buffer.from('OggS\0\x02'), Buffer.alloc(20), Buffer.from('\x01\x50Speex   '), Buffer.alloc(72)])),
        /Speex/,
      ],
    ];
    for (const [path, message] of cases) {
      for (const attempt of [readAudio(path), audioInfo(path)]) {
        const error = await attempt.catch((reason) => reason);
        expect(error).toBeInstanceOf(InputError);
        expect(error.where).toBe(path);
        expect(error.message).toMatch(message);
      }
    }
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that it may not read', async () => {
    const path = save('secret.wav', 'x');
    chmodSync(path, 0);
    await expect(readAudio(path)).rejects.toThrow(/may not be read/);
  });

  it.each(['mono-16bit.flac', 'tagged.mp3', 'tone.ogg', 'tone.opus', 'tone.m4a', 'flac-in-ogg.oga'])(
    'refuses %s cut short',
    async (name) => {
      const bytes = readFileSync(fixture(name));
      const path = save(`cut-${name}`, bytes.subarray(0, bytes.length - 60));
      const error = await readAudio(path).catch((reason) => reason);
      expect(error).toBeInstanceOf(InputError);
      expect(error.where).toBe(path);
      // The decoder that met it is not left broken for the next file.
      expect((await readAudio(fixture('mono-16bit.flac'))).length).toBe(4000);
    },
  );
});
