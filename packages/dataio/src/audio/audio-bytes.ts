import { InputError } from '@s3/interface';

/** A recording's bytes, to be read at any place; reads are synchronous, since they happen in worker threads. */
export interface AudioFile {
  /** what messages call it */
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** the first 4096 bytes, or as many as there are */
  readonly head: Uint8Array<ArrayBuffer>;
  /** Bytes from `offset` on; fewer than `length` at the end of the file. Starts a buffer of its own, so any typed array can view it. */
  readonly read: (offset: number, length: number) => Uint8Array<ArrayBuffer>;
  /** Fills `target` with the bytes from `offset` on; gives how many there were. */
  readonly readInto: (target: Uint8Array, offset: number) => number;
}

/**
 * Bytes in memory as a file.
 *
 * @throws InputError for none
 */
export function audioBytes(path: string, bytes: Uint8Array): AudioFile {
  if (bytes.length === 0) throw new InputError(path, 'an empty file', 'an audio file', 'Fetch or make it again, or leave it out.');
  const read: AudioFile['read'] = (offset, length) => Uint8Array.from(bytes.subarray(offset, offset + Math.max(0, length)));
  return {
    path,
    size: bytes.length,
    head: read(0, 4096),
    read,
    readInto(target, offset) {
      const piece = bytes.subarray(offset, offset + target.length);
      target.set(piece);
      return piece.length;
    },
  };
}
