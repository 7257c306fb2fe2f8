import { InputError } from '@s3/interface';

/** What the frames of an MPEG audio file say, layers I to III. */
export interface Mp3Header {
  readonly format: 'mp3';
  readonly sampleRate: number;
  readonly channels: number;
  /** per channel, without the encoder's delay and padding where the file names them; otherwise exact to one frame */
  readonly samples: number;
}

interface MpegFrame {
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: number;
  readonly bytes: number;
  /** where a Xing or Info tag would lie, from the frame's start */
  readonly tagOffset: number;
}

const sampleRates = [44_100, 48_000, 32_000];
// kbit/s by layer; MPEG 2 and 2.5 have their own tables
const bitRates = {
  1: {
    1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  },
  2: {
    1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    3: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  },
} as const;

/** Whether an MPEG audio stream begins here: a frame with another one right behind it, or nothing behind it. */
export function isMp3(bytes: Uint8Array): boolean {
  const frame = frameAt(bytes, 0);
  return frame !== undefined && (frame.bytes >= bytes.length || frameAt(bytes, frame.bytes) !== undefined);
}

/**
 * Counts the frames of an MPEG audio stream, hopping from header to header.
 *
 * @param bytes the whole stream, tags before it left out
 * @throws InputError for a stream that is shorter than its own index says
 */
export function readMp3Header(path: string, bytes: Uint8Array): Mp3Header {
  const first = frameAt(bytes, 0)!;
  const { sampleRate, channels } = first;
  const index = indexOf(bytes, first);
  let frames = 0;
  let offset = index ? first.bytes : 0;
  for (let frame = frameAt(bytes, offset); frame; frame = frameAt(bytes, offset)) {
    if (offset + frame.bytes > bytes.length) break;
    frames++;
    offset += frame.bytes;
  }
  if (index && frames < index.frames) {
    const found = `an MP3 file cut short or damaged: ${frames} frames where its index names ${index.frames}`;
    throw new InputError(path, found, 'a whole MP3 file', 'Fetch or make it again, or leave it out.');
  }
  return { format: 'mp3', sampleRate, channels, samples: Math.max(0, (index?.frames ?? frames) * first.samples - (index?.surplus ?? 0)) };
}

function frameAt(bytes: Uint8Array, offset: number): MpegFrame | undefined {
  if (offset + 4 > bytes.length || bytes[offset] !== 0xff || (bytes[offset + 1]! & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[offset + 1]! >> 3) & 3; // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
  const layer = 4 - ((bytes[offset + 1]! >> 1) & 3);
  const bitRate = bytes[offset + 2]! >> 4;
  const rate = (bytes[offset + 2]! >> 2) & 3;
  if (version === 1 || layer === 4 || bitRate === 0 || bitRate === 15 || rate === 3) return undefined;
  const sampleRate = sampleRates[rate]! / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const bitsPerSecond = 1000 * bitRates[version === 3 ? 1 : 2][layer as 1 | 2 | 3][bitRate - 1]!;
  const padding = (bytes[offset + 2]! >> 1) & 1;
  const channels = bytes[offset + 3]! >> 6 === 3 ? 1 : 2;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1;
  const sideInformation = version === 3 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  return {
    sampleRate,
    channels,
    samples,
    bytes: (Math.floor((samples * bitsPerSecond) / 8 / slot / sampleRate) + padding) * slot,
    tagOffset: 4 + sideInformation,
  };
}

/** The Xing or Info tag that LAME and ffmpeg write into a silent first frame. */
function indexOf(bytes: Uint8Array, first: MpegFrame): { frames: number; surplus: number } | undefined {
  const tag = bytes.subarray(first.tagOffset, first.bytes);
  const name = String.fromCharCode(...tag.subarray(0, 4));
  if (name !== 'Xing' && name !== 'Info') return undefined;
  const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
  const flags = view.getUint32(4);
  if (!(flags & 1)) return undefined;
  const afterFields = 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const delays = afterFields + 24 <= tag.length ? view.getUint32(afterFields + 20) & 0xffffff : 0;
  return { frames: view.getUint32(8), surplus: (delays >> 12) + (delays & 0xfff) };
}
