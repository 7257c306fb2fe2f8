import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

const itemBytes = { F32: 4, I32: 4, BOOL: 1 } as const;
type Dtype = keyof typeof itemBytes;
const dtypes: { readonly [dtype: string]: Dtype } = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

interface Entry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** the limit of the reference implementation */
const maxHeaderBytes = 100_000_000;

/**
 * Writes tensors in the safetensors format and flushes them to disk; bits are kept.
 *
 * @returns size and checksum of the file, so that it need not be read again
 */
export async function writeSafetensors(
  path: string,
  tensors: tf.NamedTensorMap,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const header: { [name: string]: unknown } = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const dtype = dtypes[tensor.dtype];
    if (!dtype) throw new TypeError(`${name}: tensors of type ${tensor.dtype} cannot be saved`);
    const end = offset + tensor.size * itemBytes[dtype];
    header[name] = { dtype, shape: tensor.shape, data_offsets: [offset, end] } satisfies Entry;
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  start.writeBigUInt64LE(BigInt(start.length - 8));
  json.copy(start, 8);

  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    const append = async (bytes: Uint8Array) => {
      hash.update(bytes);
      let written = 0;
      while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
    };
    await append(start);
    for (const tensor of Object.values(tensors)) {
      const values = await tensor.data();
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes: start.length + offset, sha256: hash.digest('hex') };
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
    const { entries, dataStart } = await readHeader(path, file, size);
    for (const [
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ] of entries) {
      const bytes = await readBytes(path, file, dataStart + begin, end - begin);
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

async function readHeader(path: string, file: FileHandle, size: number) {
  const broken = (found: string, expected: string) =>
    new InputError(path, found, `${expected}, as in a safetensors file`, 'The file is damaged or of another kind; use another one.');
  if (size < 8) throw broken(`${size} bytes`, 'at least 8');
  const length = new DataView((await readBytes(path, file, 0, 8)).buffer).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, size - 8);
  if (length > BigInt(limit)) throw broken(`a header of ${length} bytes`, `at most ${limit}`);
  const dataStart = 8 + Number(length);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path, file, 8, Number(length))));
  } catch {
    throw broken('a header that is no JSON', 'JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw broken('a header that is no JSON object', 'a JSON object');

  const entries: [string, Entry][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = value as Partial<Entry> | null;
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    if (typeof dtype !== 'string' || !Object.hasOwn(itemBytes, dtype)) {
      throw broken(`tensor '${name}' of type ${JSON.stringify(dtype)}`, `one of ${Object.keys(itemBytes).join(', ')}`);
    }
    if (!isNumbers(shape)) throw broken(`tensor '${name}' of shape ${JSON.stringify(shape)}`, 'a list of whole numbers');
    if (!isNumbers(offsets) || offsets.length !== 2) throw broken(`tensor '${name}' at ${JSON.stringify(offsets)}`, 'two offsets');
    const bytes = shape.reduce((product, axis) => product * axis, itemBytes[dtype]);
    if (offsets[1]! - offsets[0]! !== bytes) {
      throw broken(`${offsets[1]! - offsets[0]!} bytes for tensor '${name}' of ${dtype} [${shape}]`, `${bytes}`);
    }
    entries.push([name, { dtype, shape, data_offsets: [offsets[0]!, offsets[1]!] }]);
  }

  let end = 0;
  const byPlace = [...entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  for (const [
    name,
    {
      data_offsets: [begin, next],
    },
  ] of byPlace) {
    if (begin !== end) throw broken(`tensor '${name}' at byte ${begin}`, `it at byte ${end}, without gaps or overlaps`);
    end = next;
  }
  if (dataStart + end !== size) throw broken(`${size} bytes`, `${dataStart + end}`);
  return { entries, dataStart };
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
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
