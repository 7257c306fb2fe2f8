import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@s3/interface';
import { afterEach, expect, test, vi } from 'vitest';
import { lastFlacFrame } from './audio-flac.ts';
import { readAudio } from './read-audio.ts';
import { withRecording } from './recording-file.ts';
import { withRecordingSource } from './with-recording-source.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-recording-'));

afterEach(() => vi.unstubAllEnvs());

/** 16-bit PCM of one channel. */
function writeWav(name: string, sampleRate: number, samples: number): string {
  const random = randomStream(name);
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [offset, value] of [
    [16, 16],
    [24, sampleRate],
    [28, 2 * sampleRate],
    [40, 2 * samples],
  ] as const)
    bytes.writeUInt32LE(value, offset);
  for (const [offset, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    bytes.writeUInt16LE(value, offset);
  bytes.write('data', 36, 'latin1');
  for (let sample = 0; sample < samples; sample++) bytes.writeInt16LE(random.integer(65_536) - 32_768, 44 + 2 * sample);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test.each([
  [16_000, 5000],
  [8000, 2500],
  [44_100, 9001],
  [11_025, 3000],
])('pieces of a recording at %i Hz are those of the whole at 16 kHz', async (rate, samples) => {
  const path = writeWav(`meeting.${rate}.wav`, rate, samples);
  const whole = await readAudio(path, { sampleRate: 16_000 });
  await withRecordingSource(path, 16_000, async (source) => {
    expect(source).toMatchObject({ name: `meeting.${rate}`, sampleRate: 16_000, samples: whole.length });
    for (const step of [whole.length, 1000, 333]) {
      for (let first = 0; first < whole.length; first += step) {
        const end = Math.min(whole.length, first + step);
        expect(await source.read(first, end)).toEqual(whole.subarray(first, end));
      }
    }
  });
});

test.each(['mono-16bit.flac', 'stereo-24bit.flac', 'flac-in-ogg.oga', 'tone.ogg', 'tone.opus', 'tagged.mp3', 'untagged.mp3'])(
  '%s decoded into a file gives the samples of the one in memory, and leaves nothing behind',
  async (name) => {
    const path = join(import.meta.dirname, '..', 'fixtures', name);
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    const whole = await withRecording(path, ({ info, read }) => ({ info, samples: read(0, info.samples) }));
    await withRecording(
      path,
      ({ info, read }) => {
        // nothing that an interruption would leave; Windows keeps the name of an open file
        expect(readdirSync(temporary)).toHaveLength(process.platform === 'win32' ? 1 : 0);
        expect(info).toEqual(whole.info);
        expect(read(0, info.samples)).toEqual(whole.samples);
        expect(read(7, 99)).toEqual(whole.samples.subarray(7, 99));
      },
      { inMemorySeconds: 0 },
    );
    expect(readdirSync(temporary)).toEqual([]);
  },
);

test('the last FLAC frame is found by its checksum', () => {
  const bytes = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'mono-16bit.flac'));
  const frame = 86; // behind the marker, STREAMINFO and a comment block
  const two = Buffer.concat([bytes, bytes.subarray(frame)]);
  expect(lastFlacFrame(two)).toBe(bytes.length);
  expect(lastFlacFrame(two.subarray(0, bytes.length + 5))).toBe(frame); // its header is not whole
  two[bytes.length + 4]! ^= 1;
  expect(lastFlacFrame(two)).toBe(frame);
  expect(lastFlacFrame(bytes.subarray(0, frame))).toBe(frame);
});

test('a FLAC file cut short is refused, also where it is decoded into a file', async () => {
  const path = join(folder, 'cut.flac');
  writeFileSync(path, readFileSync(join(import.meta.dirname, '..', 'fixtures', 'mono-16bit.flac')).subarray(0, 1500));
  await expect(withRecording(path, () => 0, { inMemorySeconds: 0 })).rejects.toThrow(/cut\.flac: found a.*(cut short|broken).*whole/);
});

test('says what is wrong with a file', async () => {
  await expect(withRecordingSource(join(folder, 'none.wav'), 16_000, async () => 0)).rejects.toThrow(/none\.wav: found no such file/);
});
