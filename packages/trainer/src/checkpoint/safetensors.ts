import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { parseSafetensorsHead, type SafetensorsEntry, safetensorsDataStart, safetensorsHead } from '@s3/interface/safetensors';
import * as tf from '@tensorflow/tfjs-core';

const dtypes = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;
type Dtype = (typeof dtypes)[keyof typeof dtypes];

/**
 * Writes tensors in the safetensors format and flushes them to disk; bits are kept.
 *
 * @returns size and checksum of the file, so that it need not be read again
 */
export async function writeSafetensors(
  path: string,
  tensors: tf.NamedTensorMap,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const head = safetensorsHead(
    Object.entries(tensors).map(([name, { dtype, shape }]) => {
      if (!Object.hasOwn(dtypes, dtype)) throw new TypeError(`${name}: tensors of type ${dtype} cannot be saved`);
      return { name, dtype: dtypes[dtype as keyof typeof dtypes], shape };
    }),
    { format: 'pt' },
  );
  let bytes = 0;
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    const append = async (piece: Uint8Array) => {
      hash.update(piece);
      let written = 0;
      while (written < piece.length) written += (await file.write(piece, written)).bytesWritten;
      bytes += piece.length;
    };
    await append(head);
    for (const tensor of Object.values(tensors)) {
      const values = await tensor.data();
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await file.sync();
  } finally {
    await file.close();
  }
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
    for (const { name, dtype, shape, begin, end } of entries.map((entry) => savedEntry(path, entry))) {
      const bytes = await readBytes(path, file, begin, end - begin);
      if (dtype === 'F32') tensors.push([name, tf.tensor(new Float32Array(bytes.buffer), [...shape], 'float32')]);
      else if (dtype === 'I32') tensors.push([name, tf.tensor(new Int32Array(bytes.buffer), [...shape], 'int32')]);
      else tensors.push([name, tf.tensor(bytes, [...shape], 'bool')]);
    }
    return Object.fromEntries(tensors);
  } catch (error) {
    tf.dispose(tensors.map(([, tensor]) => tensor));
    throw error;
  } finally {
    await file.close();
  }
}

function savedEntry(path: string, entry: SafetensorsEntry): SafetensorsEntry & { readonly dtype: Dtype } {
  const saved: readonly string[] = Object.values(dtypes);
  if (saved.includes(entry.dtype)) return entry as SafetensorsEntry & { readonly dtype: Dtype };
  throw new InputError(
    path,
    `tensor '${entry.name}' of type ${entry.dtype}`,
    `one of ${saved.join(', ')}`,
    'Use a file that @s3/trainer wrote.',
  );
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
