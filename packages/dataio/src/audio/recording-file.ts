import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';
import { decodePieces } from './audio-decoder.ts';
import { openAudioFile, withAudioFile } from './audio-file.ts';
import type { FlacHeader } from './audio-flac.ts';
import {
  type AudioInfo,
  type CodedHeader,
  checkLength,
  infoOf,
  largestInteger,
  mix,
  openRecording,
  type Recording,
  readHeader,
  recordingInfo,
} from './audio-recording.ts';

/**
 * Format, rate, channels and length of a recording, told by its content and not by its name.
 *
 * Only headers are read (of MP3, the whole file; formats beside WAV, FLAC, MP3 and Ogg are decoded). The length of MP3
 * files that do not name their encoder's delay is exact to one frame.
 *
 * @throws InputError when the file is missing, unreadable, empty, cut short or not audio
 */
export async function audioInfo(path: string): Promise<AudioInfo> {
  return withAudioFile(path, recordingInfo);
}

/**
 * Opens a recording, uses it and closes it. WAV samples are read as asked for; every other format is decoded first: in memory,
 * or, where its header says that it is longer than `options.inMemorySeconds`, into a file in the folder for temporary files.
 *
 * @throws InputError as `audioInfo`, and for a full disk
 */
export async function withRecording<T>(
  path: string,
  use: (recording: Recording) => T | Promise<T>,
  { inMemorySeconds = Number.POSITIVE_INFINITY } = {},
): Promise<T> {
  return withAudioFile(path, async (file) => {
    const found = readHeader(file);
    const { header, offset } = found;
    const isLong = header !== undefined && infoOf(header).seconds > inMemorySeconds;
    if (isLong && header.format !== 'wav') return unpackRecording(file, header, offset, use);
    return use(await openRecording(file, found));
  });
}

/** Decodes piece by piece into a file of samples, and reads those as asked for. */
async function unpackRecording<T>(
  file: AudioFile,
  header: CodedHeader | FlacHeader,
  offset: number,
  use: (recording: Recording) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 's3-recording-'));
  const unpacked = join(folder, 'samples.float32');
  const descriptor = openSync(unpacked, 'wx+');
  try {
    // gigabytes, which an interruption would leave behind; Windows keeps the name of an open file
    if (process.platform !== 'win32') rmSync(folder, { recursive: true });
    const largest = largestInteger(header);
    let samples = 0;
    let info = infoOf(header);
    try {
      for await (const { channels, sampleRate } of decodePieces(file, offset, header.format)) {
        writeSync(descriptor, mix(channels, 0, channels[0]!.length, largest));
        samples += channels[0]!.length;
        info = infoOf({ format: header.format, sampleRate, channels: channels.length, samples });
      }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
      const gigabytes = (4 * header.samples) / 1e9;
      const expected = `${gigabytes.toFixed(1)} GB of space for the samples of ${file.path}`;
      throw new InputError(tmpdir(), 'a full disk', expected, 'Make room, or set TMPDIR to a folder that has it.', { cause });
    }
    checkLength(file.path, header, samples);
    const { read } = openAudioFile(unpacked, descriptor);
    return await use({ info, read: (first, end) => new Float32Array(read(4 * first, 4 * (end - first)).buffer) });
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true, force: true });
  }
}
