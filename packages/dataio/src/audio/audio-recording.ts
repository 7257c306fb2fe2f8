import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';
import { type CodedFormat, decodeAudio } from './audio-decoder.ts';
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

export type CodedHeader = Omit<AudioInfo, 'seconds' | 'format'> & { readonly format: Exclude<CodedFormat, 'other'> };

/** What was found at the beginning of a file. */
export interface Found {
  readonly header: WavHeader | CodedHeader | FlacHeader | undefined;
  /** where the audio begins, behind any tag */
  readonly offset: number;
  /** from `offset` to the end, where the header took all of them to read */
  readonly bytes?: Uint8Array;
}

/**
 * Format, rate, channels and length of a recording, told by its content and not by its name.
 *
 * @throws InputError when it is cut short or not audio
 */
export async function recordingInfo(file: AudioFile): Promise<AudioInfo> {
  const found = readHeader(file);
  return found.header && found.header.samples > 0 ? infoOf(found.header) : (await decodeRecording(file, found)).info;
}

/**
 * Makes a recording readable. WAV samples are read as asked for; every other format is decoded first, in memory.
 *
 * @throws InputError as `recordingInfo`
 */
export async function openRecording(file: AudioFile, found = readHeader(file)): Promise<Recording> {
  const { header } = found;
  if (header?.format !== 'wav') return decodeRecording(file, found);
  return { info: infoOf(header), read: (first, end) => readWavSamples(file, header, first, end) };
}

/** What the header says, of formats that have one that is understood. */
export function readHeader(file: AudioFile): Found {
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

/** @throws InputError for a FLAC file that has not the samples that its header promises */
export function checkLength(path: string, header: Found['header'], samples: number): void {
  if (header?.format !== 'flac' || header.samples === 0 || samples === header.samples) return;
  const found = `a FLAC file cut short or damaged: ${samples} samples where its header promises ${header.samples}`;
  throw new InputError(path, found, 'a whole FLAC file', 'Fetch or make it again, or leave it out.');
}

/** The FLAC decoder divides by the largest integer; everything else, WAV first of all, by one more. */
export function largestInteger(header: Found['header']): number | undefined {
  return header && 'bitsPerSample' in header ? 2 ** (header.bitsPerSample - 1) - 1 : undefined;
}

/** Mean of the channels, samples `first` to `end`. */
export function mix(channels: readonly Float32Array[], first: number, end: number, largest: number | undefined): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(end - first);
  for (const channel of channels) {
    const part = channel.subarray(first, end);
    if (largest === undefined) for (let index = 0; index < part.length; index++) mono[index] = mono[index]! + part[index]!;
    else for (let index = 0; index < part.length; index++) mono[index] = mono[index]! + Math.round(part[index]! * largest) / (largest + 1);
  }
  if (channels.length > 1) for (let index = 0; index < mono.length; index++) mono[index] = mono[index]! / channels.length;
  return mono;
}

/** With its length in seconds. */
export function infoOf({ format, sampleRate, channels, samples }: Omit<AudioInfo, 'seconds'>): AudioInfo {
  return { format, sampleRate, channels, samples, seconds: samples / sampleRate };
}
