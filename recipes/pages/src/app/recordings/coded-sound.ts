/** What the bytes of a coded recording tell of it, of formats that our decoders do not read and browsers may. */
export interface CodedSound {
  /** `m4a`, `aac`, `webm`, or `unknown` */
  readonly format: string;
  /** Hz; absent where it is not told */
  readonly sampleRate?: number | undefined;
  /** at most; M4A files say two of one, too */
  readonly channels?: number | undefined;
  /** absent where it is not told */
  readonly seconds?: number | undefined;
}

/**
 * What is told of a recording that is left to the browser's decoder; nothing of one for our own decoders (WAV, FLAC, MP3, Ogg Vorbis and Opus, AIFF), and of
 * text and empty files, which they refuse in words.
 */
export function codedSound(bytes: Uint8Array): CodedSound | undefined {
  const name = text(bytes, 0, 4);
  if (bytes.length === 0 || /^(RIFF|RF64|BW64|fLaC|FORM|ID3.)$/s.test(name)) return undefined;
  if (name === 'OggS') return /OpusHead|vorbis/.test(text(bytes, 0, 128)) ? undefined : { format: 'ogg' };
  if (/^[\x20-\x7e\s]+$/.test(text(bytes, 0, 24))) return undefined;
  if (text(bytes, 4, 4) === 'ftyp') return { format: 'm4a', ...soundOfMp4(bytes) };
  if (name === '\x1a\x45\xdf\xa3') return { format: 'webm', ...soundOfWebm(bytes) };
  const adts = soundOfAdts(bytes);
  if (adts) return { format: 'aac', ...adts };
  // layers I to III of MPEG audio, which is MP3
  if (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 6) !== 0) return undefined;
  return { format: 'unknown' };
}

type Told = Pick<CodedSound, 'sampleRate' | 'channels' | 'seconds'>;

const text = (bytes: Uint8Array, place: number, length: number) => String.fromCharCode(...bytes.subarray(place, place + length));

/** The sound track of an MP4 file, from its header boxes. */
function soundOfMp4(bytes: Uint8Array): Told {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** the boxes of this type in a part of the file: where their contents begin and end */
  const boxes = (type: string, [from, to]: readonly [number, number]): [number, number][] => {
    const found: [number, number][] = [];
    for (let place = from; place + 8 <= to; ) {
      const short = view.getUint32(place);
      const isLong = short === 1 && place + 16 <= to;
      const size = isLong ? Number(view.getBigUint64(place + 8)) : short === 0 ? to - place : short;
      if (size < 8) break;
      if (text(bytes, place + 4, 4) === type) found.push([place + (isLong ? 16 : 8), Math.min(to, place + size)]);
      place += size;
    }
    return found;
  };
  const below = (within: [number, number], ...types: string[]) =>
    types.reduce((parts, type) => parts.flatMap((part) => boxes(type, part)), [within]);
  for (const media of below([0, bytes.length], 'moov', 'trak', 'mdia')) {
    if (!below(media, 'hdlr').some(([from]) => text(bytes, from + 8, 4) === 'soun')) continue;
    const [header] = below(media, 'mdhd');
    const [description] = below(media, 'minf', 'stbl', 'stsd');
    const entry = description && description[0] + 8;
    if (!header || header[1] - header[0] < 24 || entry === undefined || entry + 36 > bytes.length) continue;
    const isLong = bytes[header[0]] === 1 && header[1] - header[0] >= 32;
    const timescale = view.getUint32(header[0] + (isLong ? 20 : 12));
    const duration = isLong ? Number(view.getBigUint64(header[0] + 24)) : view.getUint32(header[0] + 16);
    return {
      sampleRate: view.getUint16(entry + 32) || undefined,
      channels: view.getUint16(entry + 24) || undefined,
      // 0 in files that are written while they are recorded
      seconds: timescale > 0 && duration > 0 ? duration / timescale : undefined,
    };
  }
  return {};
}

const adtsRates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/** AAC frames one behind the other; nothing for what is none. */
function soundOfAdts(bytes: Uint8Array): Told | undefined {
  let frames = 0;
  let place = 0;
  for (; place + 7 <= bytes.length && bytes[place] === 0xff && (bytes[place + 1]! & 0xf6) === 0xf0; frames++) {
    const length = ((bytes[place + 3]! & 3) << 11) | (bytes[place + 4]! << 3) | (bytes[place + 5]! >> 5);
    if (length < 7) break;
    place += length;
  }
  const sampleRate = adtsRates[(bytes[2]! >> 2) & 15];
  if (frames < 2 || sampleRate === undefined) return undefined;
  const channels = ((bytes[2]! & 1) << 2) | (bytes[3]! >> 6);
  // what is behind a frame that is torn is counted as if it were like the others
  return { sampleRate, channels: channels || undefined, seconds: (((frames * 1024) / sampleRate) * bytes.length) / place };
}

/** Longer than a cluster lasts: times in it have 16 bits, usually of milliseconds. */
const clusterSeconds = 33;

/** Where the last cluster of a Matroska file begins; its rate is left to the decoder. */
function soundOfWebm(bytes: Uint8Array): Told {
  for (let place = bytes.length - 16; place >= 0; place--) {
    if (bytes[place] !== 0x1f || bytes[place + 1] !== 0x43 || bytes[place + 2] !== 0xb6 || bytes[place + 3] !== 0x75) continue;
    const sizeBytes = Math.clz32(bytes[place + 4]!) - 23;
    const time = place + 4 + sizeBytes;
    if (bytes[time] !== 0xe7) continue;
    const length = bytes[time + 1]! & 0x7f;
    const milliseconds = bytes.subarray(time + 2, time + 2 + length).reduce((value, byte) => value * 256 + byte, 0);
    return { seconds: milliseconds / 1000 + clusterSeconds };
  }
  return {};
}
