import type { FileHandle } from 'node:fs/promises';

/**
 * Bytes of a file in a buffer of their own, so that they can be seen as numbers.
 *
 * @param cutShort what is thrown for a file that ends before, by the byte it ends at
 */
export async function readBytes(
  file: FileHandle,
  position: number,
  length: number,
  cutShort: (end: number) => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw cutShort(position + done);
    done += bytesRead;
  }
  return bytes;
}
