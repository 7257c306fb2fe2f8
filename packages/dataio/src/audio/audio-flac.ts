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

/** Where the last FLAC frame that begins in `bytes` begins; their length where none does. */
export function lastFlacFrame(bytes: Uint8Array): number {
  for (let offset = bytes.length - 1; offset > 0; offset--) if (isFrameHeader(bytes, offset)) return offset;
  return bytes.length;
}

/** Whether a whole frame header stands here, as its checksum tells (RFC 9639, section 9.1). */
function isFrameHeader(bytes: Uint8Array, offset: number): boolean {
  const sizeAndRate = bytes[offset + 2] ?? 0;
  if (bytes[offset] !== 0xff || ((bytes[offset + 1] ?? 0) & 0xfe) !== 0xf8 || sizeAndRate >> 4 === 0) return false;
  // the frame's number, coded as UTF-8 codes characters, then what the codes of size and rate leave to be said
  const leadingOnes = Math.clz32(~((bytes[offset + 4] ?? 0) << 24));
  const sizeBytes = { 6: 1, 7: 2 }[sizeAndRate >> 4] ?? 0;
  const rateBytes = { 12: 1, 13: 2, 14: 2 }[sizeAndRate & 15] ?? 0;
  const end = offset + 4 + Math.max(1, leadingOnes) + sizeBytes + rateBytes;
  return end < bytes.length && checksum(bytes.subarray(offset, end)) === bytes[end];
}

/** CRC-8 with polynomial x^8 + x^2 + x + 1. */
function checksum(bytes: Uint8Array): number {
  let remainder = 0;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = ((remainder << 1) ^ (remainder & 128 ? 7 : 0)) & 255;
  }
  return remainder;
}
