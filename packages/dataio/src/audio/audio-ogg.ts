import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';
import { type FlacHeader, readFlacHeader } from './audio-flac.ts';

/** What the first and the last page of an Ogg file say. */
export type OggHeader =
  | FlacHeader
  | {
      readonly format: 'vorbis' | 'opus';
      readonly sampleRate: number;
      readonly channels: number;
      /** per channel; 0 when only decoding can tell */
      readonly samples: number;
    };

const longestPage = 27 + 255 + 255 * 255;

/**
 * Reads the header of an Ogg file that holds Vorbis, Opus or FLAC.
 *
 * Opus is always decoded at 48 kHz, whatever rate it was made from.
 *
 * @throws InputError for another codec, and for a file that ends inside a page
 */
export function readOggHeader(file: AudioFile): OggHeader {
  const { path, size } = file;
  const page = file.read(0, longestPage);
  const packet = page.subarray(27 + page[26]!);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const codec = String.fromCharCode(...packet.subarray(0, 8));
  const serial = new DataView(page.buffer).getUint32(14, true);
  const end = lastPosition(file, serial);
  if (codec.startsWith('OpusHead') && packet.length >= 19) {
    return { format: 'opus', sampleRate: 48_000, channels: packet[9]!, samples: Math.max(0, end - view.getUint16(10, true)) };
  }
  if (codec.startsWith('\x01vorbis') && packet.length >= 30) {
    return { format: 'vorbis', sampleRate: view.getUint32(12, true), channels: packet[11]!, samples: end };
  }
  if (codec.startsWith('\x7fFLAC')) {
    const header = readFlacHeader(path, packet.subarray(9));
    return { ...header, samples: header.samples || end };
  }
  const name = codec.startsWith('Speex') ? 'Speex' : codec.startsWith('\x80theora') ? 'video' : 'an unknown codec';
  throw new InputError(
    path,
    `an Ogg file of ${size} bytes with ${name}`,
    'Vorbis, Opus or FLAC',
    'Convert it: ffmpeg -i OLD -c:a flac NEW.flac',
  );
}

/** The place in samples where the last page of a stream ends; 0 when no page of it says. */
function lastPosition(file: AudioFile, serial: number): number {
  const tail = file.read(Math.max(0, file.size - 2 * longestPage), 2 * longestPage);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let last: number | undefined;
  for (let offset = Math.max(0, tail.length - 27); offset >= 0; offset--) {
    if (view.getUint32(offset) !== 0x4f676753 || tail[offset + 4] !== 0) continue;
    let end = offset + 27 + tail[offset + 26]!;
    for (let segment = offset + 27; segment < offset + 27 + tail[offset + 26]!; segment++) end += tail[segment] ?? 0;
    if (last === undefined && end > tail.length) {
      throw new InputError(file.path, 'an Ogg file that ends inside a page', 'a whole file', 'Fetch or make it again, or leave it out.');
    }
    last = offset;
    const position = view.getBigInt64(offset + 6, true);
    if (position >= 0n && view.getUint32(offset + 14, true) === serial) return Number(position);
  }
  return 0;
}
