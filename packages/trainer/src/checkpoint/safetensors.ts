import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { parseSafetensorsHead, safetensorsDataStart } from '@s3/interface/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { flushed } from '../files/replace-directory.ts';
import { tensorBytes, tensorFrom, tensorsHead } from './tensor-bytes.ts';

/**
 * Writes tensors in the safetensors format and flushes them to disk; bits are kept.
 *
 * @returns size and checksum of the file, so that it need not be read again
 */
export async function writeSafetensors(
  path: string,
  tensors: tf.NamedTensorMap,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const head = tensorsHead(tensors);
  let bytes = 0;
  const hash = createHash('sha256');
  await flushed(path, async (file) => {
    const append = async (piece: Uint8Array) => {
      hash.update(piece);
      let written = 0;
      while (written < piece.length) written += (await file.write(piece, written)).bytesWritten;
      bytes += piece.length;
    };
    await append(head);
    for (const tensor of Object.values(tensors)) {
      await append(await tensorBytes(tensor));
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Reads tensors of the types that `writeSafetensors` writes; they belong to the caller.
 *
 * Nothing in the file is believed: sizes are checked against the file before anything of that size is made.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function readSafetensors(path: string): Promise<tf.NamedTensorMap> {
  const file = await open(path, 'r');
  const tensors: [string, tf.Tensor][] = [];
  try {
    const { size } = await file.stat();
    const start = safetensorsDataStart(await readBytes(path, file, 0, Math.min(8, size)), size, path);
    const { entries } = parseSafetensorsHead(await readBytes(path, file, 0, start), size, path);
    for (const entry of entries) {
      const bytes = await readBytes(path, file, entry.begin, entry.end - entry.begin);
      tensors.push([entry.name, tensorFrom(entry, bytes, path)]);
    }
    return Object.fromEntries(tensors);
  } catch (error) {
    tf.dispose(tensors.map(([, tensor]) => tensor));
    throw error;
  } finally {
    await file.close();
  }
}

/** Bytes in a buffer of their own, so that they can be seen as numbers of four bytes. */
async function readBytes(path: string, file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0)
      throw new InputError(
        path,
        `its end at byte ${position + done}`,
        `${position + length} bytes`,
        'The file was cut short; use another one.',
      );
    done += bytesRead;
  }
  return bytes;
}
