import { type AudioFile, type AudioInfo, audioBytes, openRecording, type Recording, readHeader } from '@s3/dataio';
import { InputError } from '@s3/interface';
import { duration } from '../element.ts';
import type { AudioInput, Inspected } from '../protocol.ts';
import { expectedToDecode, mostDecodedBytes, remedyToDecode } from './decoded-limit.ts';

/** Workers alone have it, and the types of pages come without theirs. */
declare class FileReaderSync {
  readAsArrayBuffer(file: Blob): ArrayBuffer;
}

export interface ReadableRecording extends Recording {
  readonly name: string;
  readonly isByBrowser: boolean;
}

/**
 * Makes a recording readable by the decoders that Node uses, or samples as they are. Files are read where they
 * lie, so that a WAV file may be hours long.
 *
 * @throws InputError for a file that is empty, broken, cut short or not audio, and for a silent microphone
 */
export async function readableRecording(input: AudioInput): Promise<ReadableRecording> {
  if ('file' in input) {
    const { file } = input;
    const name = file.name.replace(/\.[^.]+$/, '');
    const bytes = file.size === 0 ? audioBytes(file.name, new Uint8Array(0)) : fileBytes(file);
    const found = readHeader(bytes);
    refuseLong(file, found.header);
    return { name, isByBrowser: false, ...(await openRecording(bytes, found)) };
  }
  const { name, samples, sampleRate, decoded } = input;
  if (samples.length === 0) {
    throw new InputError(name, 'no samples', 'a recording', 'Record again, for a second at least.');
  }
  const { format, channels } = decoded ?? { format: 'microphone', channels: 1 };
  const info: AudioInfo = { format, sampleRate, channels, samples: samples.length, seconds: samples.length / sampleRate };
  return { name, isByBrowser: decoded !== undefined, info, read: (first, end) => Float32Array.from(samples.subarray(first, end)) };
}

/** All but WAV is decoded whole, in memory. */
function refuseLong({ name, size }: File, header: ReturnType<typeof readHeader>['header']): void {
  if (header?.format === 'wav') return;
  const { samples = 0, channels = 0, sampleRate = 1 } = header ?? {};
  // where the header does not tell: AIFF, whose samples have two bytes or more, and FLAC from a pipe
  const decoded = samples > 0 ? samples * channels * 4 : size * 4;
  if (decoded <= mostDecodedBytes) return;
  const found = samples > 0 ? duration(samples / sampleRate) : `${Math.round(size / 2 ** 20)} MiB`;
  throw new InputError(name, `a recording of ${found}`, expectedToDecode, remedyToDecode);
}

/** A file of the user, of which bytes are read when they are asked for; workers may do so at once. */
function fileBytes(file: File): AudioFile {
  const read: AudioFile['read'] = (offset, length) => {
    try {
      return new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(offset, offset + Math.max(0, length))));
    } catch (cause) {
      throw new InputError(
        file.name,
        'a file that can no longer be read',
        'an audio file',
        'Choose it again: it was changed, moved or removed.',
        {
          cause,
        },
      );
    }
  };
  return {
    path: file.name,
    size: file.size,
    head: read(0, 4096),
    read,
    readInto(target, offset) {
      const piece = read(offset, target.length);
      target.set(piece);
      return piece.length;
    },
  };
}

const drawnSeconds = 600;
const drawnParts = 400;

/** What is told and drawn of a recording before anything is computed. */
export function inspectRecording({ info, read, isByBrowser }: ReadableRecording): Inspected {
  const samples = Math.min(info.samples, drawnSeconds * info.sampleRate);
  const peaks = new Float32Array(Math.min(drawnParts, samples));
  for (let part = 0; part < peaks.length; part++) {
    const [first, end] = [Math.floor((part * samples) / peaks.length), Math.floor(((part + 1) * samples) / peaks.length)];
    for (const value of read(first, end)) peaks[part] = Math.max(peaks[part]!, Math.abs(value));
  }
  return { seconds: info.seconds, sampleRate: info.sampleRate, channels: info.channels, format: info.format, peaks, isByBrowser };
}
