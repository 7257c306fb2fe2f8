import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';

type Encoding = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32' | 'float64' | 'a-law' | 'mu-law';

/** Where the samples of a RIFF WAVE file lie and how they are written. */
export interface WavHeader {
  readonly format: 'wav';
  readonly encoding: Encoding;
  readonly sampleRate: number;
  readonly channels: number;
  /** per channel */
  readonly samples: number;
  /** byte where the samples begin */
  readonly dataOffset: number;
  /** one sample of every channel */
  readonly bytesPerSample: number;
}

const codecNames: { readonly [tag: number]: string } = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  353: 'Windows Media Audio',
};

/** Sizes from here on stand for "not known yet" in files written to a pipe (sox: 0x7ffff000, ffmpeg: 0xffffffff). */
const unknownSize = 0x7ffff000;

/**
 * Reads the header of a RIFF or RF64 WAVE file.
 *
 * @throws InputError for a truncated file, no samples, no channels, or samples in a codec other than PCM, float, A-law and mu-law
 */
export function readWavHeader(file: AudioFile): WavHeader {
  const { path, size, head } = file;
  const at = (offset: number, length: number): DataView => {
    const bytes = offset + length <= head.length ? head.subarray(offset, offset + length) : file.read(offset, length);
    if (bytes.length < length) throw truncated(path, `${size} bytes that end inside the header`);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  };
  const idAt = (offset: number): string => (offset + 4 <= size ? idOf(at(offset, 4)) : '');

  const riffSize = at(4, 4).getUint32(0, true);
  let format: DataView | undefined;
  let size64: number | undefined;
  let offset = 12;
  while (offset + 8 <= size) {
    const id = idAt(offset);
    const length = at(offset + 4, 4).getUint32(0, true);
    const body = offset + 8;
    if (id === 'data') {
      if (!format)
        throw new InputError(
          path,
          "a WAV file with no 'fmt ' chunk before its samples",
          'one that says how its samples are written',
          remedy,
        );
      return headerOf(path, format, body, dataBytes(file, body, length, riffSize, size64));
    }
    if (id === 'fmt ') format = at(body, Math.min(Math.max(length, 16), 40));
    if (id === 'ds64') size64 = Number(at(body, 16).getBigUint64(8, true));
    offset = body + length;
    // Chunks are padded to even sizes, but not every writer does so.
    if (length % 2 === 1 && !['fmt ', 'data', 'LIST', 'fact'].includes(idAt(offset))) offset++;
  }
  throw truncated(path, 'a WAV file that ends before its samples');
}

const remedy = 'Fetch it again, or write it anew: ffmpeg -i OLD -c:a pcm_s16le NEW.wav';

const truncated = (path: string, found: string): InputError => new InputError(path, found, 'a whole WAV file', remedy);

const idOf = (view: DataView): string => String.fromCharCode(view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3));

function dataBytes(file: AudioFile, body: number, length: number, riffSize: number, size64: number | undefined): number {
  const available = file.size - body;
  const declared = length === 0xffffffff && size64 !== undefined ? size64 : length;
  if (declared <= available) {
    // A writer that never came back to fill in the sizes leaves both at zero, or the RIFF size at that of the bare header.
    const neverFilledIn = declared === 0 && riffSize + 8 <= body;
    return neverFilledIn ? available : declared;
  }
  if (size64 === undefined && declared >= unknownSize) return available;
  throw truncated(file.path, `a WAV file cut short: ${available} bytes of samples where its header promises ${declared}`);
}

function headerOf(path: string, format: DataView, dataOffset: number, bytes: number): WavHeader {
  const extensible = format.getUint16(0, true) === 0xfffe;
  const tag = extensible && format.byteLength >= 26 ? format.getUint16(24, true) : format.getUint16(0, true);
  const channels = format.getUint16(2, true);
  const sampleRate = format.getUint32(4, true);
  const bytesPerSample = format.getUint16(12, true);
  if (channels === 0) throw new InputError(path, 'a WAV file of 0 channels', 'at least one', remedy);
  if (sampleRate === 0) throw new InputError(path, 'a WAV file with a sample rate of 0', 'a rate in Hz', remedy);
  const encoding = encodingOf(tag, bytesPerSample / channels);
  if (!encoding) {
    const codec = codecNames[tag] ?? `codec 0x${tag.toString(16)}`;
    throw new InputError(
      path,
      `WAV samples in ${codec}, ${format.getUint16(14, true)} bits`,
      'PCM, float, A-law or mu-law samples',
      remedy,
    );
  }
  const samples = Math.floor(bytes / bytesPerSample);
  if (samples === 0) throw new InputError(path, 'a WAV file of 0 samples', 'a recording', 'Fetch or make it again, or leave it out.');
  return { format: 'wav', encoding, sampleRate, channels, samples, dataOffset, bytesPerSample };
}

// By the width of the container: fewer valid bits are left-justified in it, so its scale holds.
function encodingOf(tag: number, bytes: number): Encoding | undefined {
  if (tag === 1) return ({ 1: 'uint8', 2: 'int16', 3: 'int24', 4: 'int32' } as const)[bytes];
  if (tag === 3) return ({ 4: 'float32', 8: 'float64' } as const)[bytes];
  if (tag === 6 && bytes === 1) return 'a-law';
  if (tag === 7 && bytes === 1) return 'mu-law';
  return undefined;
}

/**
 * Samples `first` to `end` (exclusive) of a WAV file as the mean of its channels, -1..1; reads no other bytes.
 *
 * @throws InputError when a float file holds NaN or infinity
 */
export function readWavSamples(file: AudioFile, header: WavHeader, first: number, end: number): Float32Array<ArrayBuffer> {
  const { encoding, channels, dataOffset, bytesPerSample } = header;
  const mono = new Float32Array(end - first);
  const most = Math.floor(passage.length / bytesPerSample);
  for (let from = 0; from < mono.length; from += most) {
    const bytes = passage.subarray(0, Math.min(most, mono.length - from) * bytesPerSample);
    const filled = file.readInto(bytes, dataOffset + (first + from) * bytesPerSample);
    if (filled < bytes.length) throw truncated(file.path, 'a WAV file that became shorter while it was read');
    const [values, scale, bias] = decode(bytes, encoding);
    mix(values, channels, scale, bias, mono.subarray(from, from + most));
  }
  return encoding.startsWith('float') ? finite(file.path, mono) : mono;
}

/** What is read at a time: it stays in the processor's cache until it is converted. More than a sample of every channel can take. */
const passage = new Uint8Array(2 ** 17);

/** Samples as the file has them, and the factor and offset that bring them to -1..1. */
function decode(bytes: Uint8Array<ArrayBuffer>, encoding: Encoding): readonly [values: ArrayLike<number>, scale: number, bias: number] {
  const { buffer, length } = bytes;
  switch (encoding) {
    case 'uint8':
      return [bytes, 1 / 128, -1];
    case 'int16':
      return [new Int16Array(buffer, 0, length / 2), 1 / 2 ** 15, 0];
    case 'int24':
      return [widen(bytes), 1 / 2 ** 31, 0];
    case 'int32':
      return [new Int32Array(buffer, 0, length / 4), 1 / 2 ** 31, 0];
    case 'float32':
      return [new Float32Array(buffer, 0, length / 4), 1, 0];
    case 'float64':
      return [new Float64Array(buffer, 0, length / 8), 1, 0];
    case 'a-law':
      return [expand(bytes, aLaw()), 1 / 2 ** 15, 0];
    case 'mu-law':
      return [expand(bytes, muLaw()), 1 / 2 ** 15, 0];
  }
}

function mix(interleaved: ArrayLike<number>, channels: number, scale: number, bias: number, mono: Float32Array): void {
  if (channels === 1) {
    scaleValues(interleaved, scale, bias, mono);
    return;
  }
  for (let index = 0, from = 0; index < mono.length; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[from++]!;
    mono[index] = (sum / channels) * scale + bias;
  }
}

/** Four values a turn, which takes two thirds of the time of one. */
function scaleValues(values: ArrayLike<number>, scale: number, bias: number, scaled: Float32Array): void {
  const { length } = scaled;
  let index = 0;
  for (; index + 3 < length; index += 4) {
    scaled[index] = values[index]! * scale + bias;
    scaled[index + 1] = values[index + 1]! * scale + bias;
    scaled[index + 2] = values[index + 2]! * scale + bias;
    scaled[index + 3] = values[index + 3]! * scale + bias;
  }
  for (; index < length; index++) scaled[index] = values[index]! * scale + bias;
}

function finite(path: string, samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const bad = samples.findIndex((sample) => !Number.isFinite(sample));
  if (bad < 0) return samples;
  throw new InputError(path, `${samples[bad]} among its samples`, 'finite samples', 'Make the file again, or leave it out.');
}

/** 24-bit samples in the upper bits of 32. */
function widen(bytes: Uint8Array): Int32Array {
  const wide = new Int32Array(bytes.length / 3);
  for (let index = 0, from = 0; index < wide.length; index++, from += 3) {
    wide[index] = (bytes[from]! << 8) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 24);
  }
  return wide;
}

function expand(bytes: Uint8Array, table: Int16Array): Int16Array {
  return Int16Array.from(bytes, (code) => table[code]!);
}

// ITU-T G.711: one sign bit, three bits of exponent, four of mantissa.
let aLawTable: Int16Array | undefined;
function aLaw(): Int16Array {
  aLawTable ??= Int16Array.from({ length: 256 }, (_, code) => {
    const bits = code ^ 0x55;
    const exponent = (bits >> 4) & 7;
    const mantissa = ((bits & 15) << 4) + 8;
    const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
    return bits & 128 ? magnitude : -magnitude;
  });
  return aLawTable;
}

let muLawTable: Int16Array | undefined;
function muLaw(): Int16Array {
  muLawTable ??= Int16Array.from({ length: 256 }, (_, code) => {
    const bits = ~code & 255;
    const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
    return bits & 128 ? -magnitude : magnitude;
  });
  return muLawTable;
}
