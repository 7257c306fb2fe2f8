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

/** Bytes of a file, in a buffer of their own, so that they can be seen as numbers. @throws InputError where the file ends before */
export type ReadBytes = (position: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * The tensors of a safetensors file, read one by one when asked for.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function storedTensors(path: string, size: number, readBytes: ReadBytes): Promise<ReadonlyMap<string, StoredTensor>> {
  const start = safetensorsDataStart(await readBytes(0, Math.min(8, size)), size, path);
  const { entries } = parseSafetensorsHead(await readBytes(0, start), size, path);
  return new Map(entries.map((entry) => [entry.name, { shape: entry.shape, read: () => readTensor(path, readBytes, entry) }]));
}

async function readTensor(path: string, readBytes: ReadBytes, { name, dtype, begin, end }: SafetensorsEntry) {
  // types without a decoder are no weights, but no damage either
  const decode = decoders[dtype as keyof typeof decoders] as (typeof decoders)[keyof typeof decoders] | undefined;
  if (!decode) {
    const expected = `one of ${Object.keys(decoders).join(', ')} for a weight`;
    throw new InputError(path, `tensor '${name}' of type ${dtype}`, expected, 'Convert the checkpoint, or use another one.');
  }
  const values = decode(await readBytes(begin, end - begin));
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
