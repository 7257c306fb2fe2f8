import { InputError } from '@s3/interface';

/** What the STREAMINFO block of a FLAC stream says. */
export interface FlacHeader {
  readonly format: 'flac';
  readonly sampleRate: number;
  readonly channels: number;
  /** per channel; 0 when the writer did not know */
  readonly samples: number;
  readonly bitsPerSample: number;
}

/**
 * Reads STREAMINFO, the first block of every FLAC stream (RFC 9639, section 8.2).
 *
 * @param bytes from the stream's `fLaC` marker on
 * @throws InputError when the stream ends before it, or says nonsense
 */
export function readFlacHeader(path: string, bytes: Uint8Array): FlacHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length >= 42 && (bytes[4]! & 127) === 0;
  const packed = whole ? view.getBigUint64(18) : 0n;
  const sampleRate = Number(packed >> 44n);
  if (!whole || sampleRate === 0) {
    throw new InputError(path, 'a FLAC file with a broken header', 'a whole FLAC file', 'Fetch or make it again, or leave it out.');
  }
  return {
    format: 'flac',
    sampleRate,
    channels: Number((packed >> 41n) & 7n) + 1,
    bitsPerSample: Number((packed >> 36n) & 31n) + 1,
    samples: Number(packed & 0xfffffffffn),
  };
}
