import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';
import { type AudioDecoder, audioDecoder, type DecodedAudio, decodeWhole } from './audio-codecs.ts';
import { lastFlacFrame } from './audio-flac.ts';

/** Formats whose header we read; `other` is whatever else the decoder recognises. */
export type CodedFormat = 'flac' | 'mp3' | 'vorbis' | 'opus' | 'other';

/** Starting a FLAC decoder takes longer than decoding a short clip, and one decoder reads file after file. */
let flacDecoder: Promise<AudioDecoder> | undefined;

/**
 * Decodes a whole file in memory.
 *
 * @returns one waveform a channel, at the file's own rate
 * @throws InputError when the decoder finds no audio in it
 */
export async function decodeAudio(
  path: string,
  bytes: Uint8Array,
  format: CodedFormat,
): Promise<{ channels: readonly Float32Array[]; sampleRate: number }> {
  let decoded: DecodedAudio;
  try {
    if (format === 'flac') decoded = await decodeFlac(bytes);
    else if (format === 'other') decoded = isAiff(bytes) ? await decodeWhole('aiff', bytes) : await decodeOther(bytes);
    else decoded = await decodeWhole(format, bytes);
  } catch (cause) {
    throw notAudio(path, bytes, format, cause);
  }
  if (!decoded.channelData[0]?.length) throw notAudio(path, bytes, format);
  return { channels: decoded.channelData, sampleRate: decoded.sampleRate };
}

/** Bytes handed to a decoder at once: a few seconds to a minute of audio. */
const pieceBytes = 1 << 20;

/**
 * Decodes a file piece by piece, so that memory does not grow with its length. The samples are those of `decodeAudio`.
 *
 * @param offset where the audio begins, behind any tag
 * @returns piece after piece, each one waveform a channel, at the file's own rate
 * @throws InputError when the decoder finds no audio in it
 */
export async function* decodePieces(
  file: AudioFile,
  offset: number,
  format: Exclude<CodedFormat, 'other'>,
): AsyncGenerator<{ readonly channels: readonly Float32Array[]; readonly sampleRate: number }> {
  const decoder = await audioDecoder(format);
  let samples = 0;
  try {
    for (let place = offset; ; ) {
      const read = file.read(place, pieceBytes);
      // the decoder may lose FLAC frames that come in two pieces
      const bytes = format === 'flac' && place + read.length < file.size ? read.subarray(0, lastFlacFrame(read)) : read;
      const { channelData, sampleRate } = decoder.decode(bytes.length > 0 ? bytes : undefined);
      samples += channelData[0]?.length ?? 0;
      if (channelData[0]?.length) yield { channels: channelData, sampleRate };
      if (bytes.length === 0) break;
      place += bytes.length;
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : notAudio(file.path, file.head, format, cause);
  } finally {
    decoder.free();
  }
  if (samples === 0) throw notAudio(file.path, file.head, format);
}

async function decodeFlac(bytes: Uint8Array) {
  flacDecoder ??= audioDecoder('flac');
  const decoder = await flacDecoder;
  const decoded = decoder.decode(bytes);
  // One that met a broken file answers no more.
  if (!decoded.channelData[0]?.length) {
    decoder.free();
    flacDecoder = undefined;
  }
  return decoded;
}

const isAiff = (bytes: Uint8Array) => /^FORM....AIF[FC]/s.test(String.fromCharCode(...bytes.subarray(0, 12)));

/** Whatever audio-decode recognises, where somebody has installed it. */
async function decodeOther(bytes: Uint8Array): Promise<DecodedAudio> {
  const { default: decode } = await import('audio-decode');
  return decode(bytes);
}

function notAudio(path: string, bytes: Uint8Array, format: CodedFormat, cause?: unknown): InputError {
  if (format !== 'other') {
    return new InputError(path, `a broken ${format} file`, 'a whole one', 'Fetch or make it again, or leave it out.', { cause });
  }
  const start = String.fromCharCode(...bytes.subarray(0, 24));
  const looksLike = start.startsWith('version https://git-lfs')
    ? 'a Git LFS pointer instead of the recording'
    : start.startsWith('NIST_1A')
      ? 'a NIST SPHERE file'
      : /^[\x20-\x7e\s]+$/.test(start)
        ? `text that begins with ${JSON.stringify(start)}`
        : `no audio that can be decoded, but the bytes ${Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')} and so on`;
  return new InputError(
    path,
    looksLike,
    'WAV, FLAC, MP3, Ogg or AIFF',
    'Check the file, or convert it: ffmpeg -i OLD NEW.wav. In Node, npm install audio-decode adds AAC and further formats; some of its decoders are under the GPL.',
    {
      cause,
    },
  );
}
