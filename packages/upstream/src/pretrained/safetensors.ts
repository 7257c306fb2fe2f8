import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { parseSafetensorsHead, type SafetensorsEntry, safetensorsDataStart } from '@s3/interface/safetensors';
import { decodeBfloat16, decodeFloat16 } from './half-precision.ts';

/** A tensor of a checkpoint that has not been read yet. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** @throws InputError where the file is cut short or holds values that are not numbers */
  readonly read: () => Promise<Float32Array>;
}

/** Named tensors of an open file. */
export interface OpenTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly close: () => Promise<void>;
}

const decoders = {
  F32: (bytes: Uint8Array<ArrayBuffer>) => new Float32Array(bytes.buffer),
  F16: (bytes: Uint8Array<ArrayBuffer>) => decodeFloat16(new Uint16Array(bytes.buffer)),
  BF16: (bytes: Uint8Array<ArrayBuffer>) => decodeBfloat16(new Uint16Array(bytes.buffer)),
};
/**
 * Opens a safetensors file and reads its header; tensors are read one by one, when asked for.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openSafetensors(path: string): Promise<OpenTensors> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = safetensorsDataStart(await readBytes(path, file, 0, Math.min(8, size)), size, path);
    const { entries } = parseSafetensorsHead(await readBytes(path, file, 0, start), size, path);
    const tensors = new Map(entries.map((entry) => [entry.name, { shape: entry.shape, read: () => readTensor(path, file, entry) }]));
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTensor(path: string, file: FileHandle, { name, dtype, begin, end }: SafetensorsEntry) {
  // types without a decoder are no weights, but no damage either
  const decode = decoders[dtype as keyof typeof decoders] as (typeof decoders)[keyof typeof decoders] | undefined;
  if (!decode) {
    const expected = `one of ${Object.keys(decoders).join(', ')} for a weight`;
    throw new InputError(path, `tensor '${name}' of type ${dtype}`, expected, 'Convert the checkpoint, or use another one.');
  }
  const values = decode(await readBytes(path, file, begin, end - begin));
  refuseNonNumbers(path, name, values);
  return values;
}

/** @throws InputError for a weight that is NaN or infinite, which would spread to every output */
export function refuseNonNumbers(path: string, name: string, values: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index]!)) continue;
    throw new InputError(
      path,
      `${values[index]} in tensor '${name}', value ${index}`,
      'numbers',
      'The checkpoint comes from a training that failed, or is damaged; use another one.',
    );
  }
}

/** Bytes in a buffer of their own, so that they can be seen as numbers. */
async function readBytes(path: string, file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) {
      throw new InputError(
        path,
        `its end at byte ${position + done}`,
        `${position + length} bytes`,
        'The file was cut short; fetch it again.',
      );
    }
    done += bytesRead;
  }
  return bytes;
}
