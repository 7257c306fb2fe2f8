/** What decoders give: one waveform a channel, at the file's own rate; no channel where there is nothing yet. */
export interface DecodedAudio {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
}

/** Reads the bytes of a file piece after piece, or file after file. */
export interface AudioDecoder {
  /** without bytes, what is left at the end; the decoder is done then */
  readonly decode: (bytes?: Uint8Array) => DecodedAudio;
  readonly free: () => void;
}

interface Codec {
  readonly decode: (bytes: Uint8Array) => DecodedAudio;
  readonly flush?: () => DecodedAudio;
  readonly free: () => void;
}

// each by itself: audio-decode, which has them all, brings decoders under the GPL along
const modules = {
  flac: () => import('@audio/decode-flac'),
  mp3: () => import('@audio/decode-mp3'),
  opus: () => import('@audio/decode-opus'),
  vorbis: () => import('@audio/decode-vorbis'),
  aiff: () => import('@audio/decode-aiff'),
};

/** Fetches all decoders, which are otherwise fetched with the first file of their format: for a page that goes on where its server does not. */
export async function fetchDecoders(): Promise<void> {
  await Promise.all(Object.values(modules).map((fetchModule) => fetchModule()));
}

const nothing: DecodedAudio = { channelData: [], sampleRate: 0 };

/** Starts a decoder of one format. */
export async function audioDecoder(format: keyof typeof modules): Promise<AudioDecoder> {
  const codec: Codec = await (await modules[format]()).decoder();
  let isDone = false;
  // the decoder of MP3 makes two equal channels of one
  let doubles = format === 'mp3';
  const free = () => {
    if (!isDone) codec.free();
    isDone = true;
  };
  return {
    free,
    decode(bytes) {
      if (isDone) return nothing;
      try {
        const { channelData, sampleRate } = (bytes ? codec.decode(bytes) : codec.flush?.()) ?? nothing;
        if (!channelData[0]?.length) return nothing;
        const [first, second] = channelData;
        doubles &&= channelData.length === 2 && first.every((sample, place) => sample === second![place]);
        return { channelData: doubles ? [first] : channelData, sampleRate };
      } catch (error) {
        free();
        throw error;
      } finally {
        if (!bytes) free();
      }
    },
  };
}

/** Decodes a whole file. */
export async function decodeWhole(format: keyof typeof modules, bytes: Uint8Array): Promise<DecodedAudio> {
  const decoder = await audioDecoder(format);
  try {
    const [first, rest] = [decoder.decode(bytes), decoder.decode()];
    if (rest.channelData.length === 0) return first;
    if (first.channelData.length === 0) return rest;
    const joined = first.channelData.map((channel, index) => {
      const whole = new Float32Array(channel.length + rest.channelData[0]!.length);
      whole.set(channel);
      whole.set(rest.channelData[index % rest.channelData.length]!, channel.length);
      return whole;
    });
    return { channelData: joined, sampleRate: first.sampleRate };
  } finally {
    decoder.free();
  }
}
