import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { type CodedFormat, decodeAudio, decodePieces } from './audio-decoder.ts';
import { type AudioFile, withAudioFile } from './audio-file.ts';
import { type FlacHeader, readFlacHeader } from './audio-flac.ts';
import { isMp3, readMp3Header } from './audio-mp3.ts';
import { readOggHeader } from './audio-ogg.ts';
import { readWavHeader, readWavSamples, type WavHeader } from './audio-wav.ts';

/** What is known of a recording before its samples are read. */
export interface AudioInfo {
  /** `wav`, `flac`, `mp3`, `vorbis`, `opus`, or `other` for what only the decoder recognises */
  readonly format: string;
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** per channel */
  readonly samples: number;
  readonly seconds: number;
}

/** An open recording. */
export interface Recording {
  readonly info: AudioInfo;
  /** Samples `first` to `end` (exclusive), the mean of all channels, -1..1. */
  readonly read: (first: number, end: number) => Float32Array<ArrayBuffer>;
}

type CodedHeader = Omit<AudioInfo, 'seconds' | 'format'> & { readonly format: Exclude<CodedFormat, 'other'> };

interface Found {
  readonly header: WavHeader | CodedHeader | FlacHeader | undefined;
  /** where the audio begins, behind any tag */
  readonly offset: number;
  /** from `offset` to the end, where the header took all of them to read */
  readonly bytes?: Uint8Array;
}

/**
 * Format, rate, channels and length of a recording, told by its content and not by its name.
 *
 * Only headers are read (of MP3, the whole file; formats beside WAV, FLAC, MP3 and Ogg are decoded). The length of MP3
 * files that do not name their encoder's delay is exact to one frame.
 *
 * @throws InputError when the file is missing, unreadable, empty, cut short or not audio
 */
export async function audioInfo(path: string): Promise<AudioInfo> {
  return withAudioFile(path, async (file) => {
    const found = readHeader(file);
    return found.header && found.header.samples > 0 ? infoOf(found.header) : (await decodeRecording(file, found)).info;
  });
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
    const { header } = found;
    if (header?.format === 'wav') return use({ info: infoOf(header), read: (first, end) => readWavSamples(file, header, first, end) });
    if (header && infoOf(header).seconds > inMemorySeconds) return unpackRecording(file, header, found.offset, use);
    return use(await decodeRecording(file, found));
  });
}

function readHeader(file: AudioFile): Found {
  const offset = tagBytes(file.head);
  const head = offset === 0 ? file.head : file.read(offset, 4096);
  const name = String.fromCharCode(...head.subarray(0, 4));
  const form = String.fromCharCode(...head.subarray(8, 12));
  if ((name === 'RIFF' || name === 'RF64' || name === 'BW64') && form === 'WAVE') return { header: readWavHeader(file), offset };
  if (name === 'fLaC') return { header: readFlacHeader(file.path, head), offset };
  if (name === 'OggS') return { header: readOggHeader(file), offset };
  if (isMp3(head)) {
    const bytes = file.read(offset, file.size - offset);
    return { header: readMp3Header(file.path, bytes), offset, bytes };
  }
  return { header: undefined, offset };
}

/** Length of an ID3v2 tag, which may stand before MP3 and FLAC. */
function tagBytes(start: Uint8Array): number {
  if (start.length < 10 || start[0] !== 0x49 || start[1] !== 0x44 || start[2] !== 0x33) return 0;
  return 10 + ((start[6]! << 21) | (start[7]! << 14) | (start[8]! << 7) | start[9]!) + (start[5]! & 16 ? 10 : 0);
}

async function decodeRecording(file: AudioFile, { header, offset, bytes }: Found): Promise<Recording> {
  const whole = bytes ?? file.read(offset, file.size - offset);
  const { channels, sampleRate } = await decodeAudio(file.path, whole, (header?.format as CodedFormat | undefined) ?? 'other');
  const samples = channels[0]!.length;
  checkLength(file.path, header, samples);
  const info = infoOf({ format: header?.format ?? 'other', sampleRate, channels: channels.length, samples });
  const largest = largestInteger(header);
  return { info, read: (first, end) => mix(channels, first, end, largest) };
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
  try {
    const largest = largestInteger(header);
    let samples = 0;
    let info = infoOf(header);
    const descriptor = openSync(unpacked, 'w');
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
      throw new InputError(folder, 'a full disk', expected, 'Make room, or set TMPDIR to a folder that has it.', { cause });
    } finally {
      closeSync(descriptor);
    }
    checkLength(file.path, header, samples);
    return await withAudioFile(unpacked, ({ read }) =>
      use({ info, read: (first, end) => new Float32Array(read(4 * first, 4 * (end - first)).buffer) }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkLength(path: string, header: Found['header'], samples: number): void {
  if (header?.format !== 'flac' || header.samples === 0 || samples === header.samples) return;
  const found = `a FLAC file cut short or damaged: ${samples} samples where its header promises ${header.samples}`;
  throw new InputError(path, found, 'a whole FLAC file', 'Fetch or make it again, or leave it out.');
}

/** The FLAC decoder divides by the largest integer; everything else, WAV first of all, by one more. */
function largestInteger(header: Found['header']): number | undefined {
  return header && 'bitsPerSample' in header ? 2 ** (header.bitsPerSample - 1) - 1 : undefined;
}

function mix(channels: readonly Float32Array[], first: number, end: number, largest: number | undefined): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(end - first);
  for (const channel of channels) {
    const part = channel.subarray(first, end);
    if (largest === undefined) for (let index = 0; index < part.length; index++) mono[index] = mono[index]! + part[index]!;
    else for (let index = 0; index < part.length; index++) mono[index] = mono[index]! + Math.round(part[index]! * largest) / (largest + 1);
  }
  if (channels.length > 1) for (let index = 0; index < mono.length; index++) mono[index] = mono[index]! / channels.length;
  return mono;
}

function infoOf({ format, sampleRate, channels, samples }: Omit<AudioInfo, 'seconds'>): AudioInfo {
  return { format, sampleRate, channels, samples, seconds: samples / sampleRate };
}
