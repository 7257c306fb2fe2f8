import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
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
type Dtype = keyof typeof decoders;
/** bytes of a value, for every type of the format; those without a decoder are no weights, but no damage either */
const valueBytes = new Map(
  Object.entries({ F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 }),
);

/** the limit of the reference implementation */
const maxHeaderBytes = 100_000_000;

/**
 * Opens a safetensors file and reads its header; tensors are read one by one, when asked for.
 *
 * Nothing in the file is believed: header, offsets and sizes are checked against the file
 * before anything of that size is made, and tensors have to lie side by side without gaps or overlaps.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openSafetensors(path: string): Promise<OpenTensors> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { entries, dataStart } = await readHeader(path, file, size);
    const tensors = new Map<string, StoredTensor>();
    for (const { name, dtype, shape, begin, end } of entries) {
      tensors.set(name, { shape, read: () => readTensor(path, file, name, dtype, dataStart + begin, end - begin) });
    }
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** bytes from the end of the header */
  readonly begin: number;
  readonly end: number;
}

async function readHeader(path: string, file: FileHandle, size: number) {
  if (size < 8) throw broken(path, `${size} bytes`, 'at least 8');
  const length = new DataView((await readBytes(path, file, 0, 8)).buffer).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, size - 8);
  if (length > BigInt(limit)) throw broken(path, `a header of ${length} bytes`, `at most ${limit}`);
  const dataStart = 8 + Number(length);

  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path, file, 8, Number(length))));
  } catch (error) {
    if (InputError.isInstance(error)) throw error;
    throw broken(path, 'a header that is no JSON', 'JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw broken(path, 'a header that is no JSON object', 'a JSON object');

  const entries = Object.entries(header).flatMap(([name, value]) => (name === '__metadata__' ? [] : [readEntry(path, name, value)]));
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end)
      throw broken(path, `tensor '${entry.name}' at byte ${entry.begin}`, `it at byte ${end}, without gaps or overlaps`);
    end = entry.end;
  }
  if (dataStart + end !== size) throw broken(path, `${size} bytes`, `${dataStart + end}`);
  return { entries, dataStart };
}

function readEntry(path: string, name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { [key: string]: unknown };
  const bytesEach = valueBytes.get(dtype as string);
  if (bytesEach === undefined)
    throw broken(path, `tensor '${name}' of type ${JSON.stringify(dtype)}`, `one of ${Object.keys(decoders).join(', ')}`);
  if (!isSizes(shape)) throw broken(path, `tensor '${name}' of shape ${JSON.stringify(shape)}`, 'a list of whole numbers');
  if (!isSizes(offsets) || offsets.length !== 2) throw broken(path, `tensor '${name}' at ${JSON.stringify(offsets)}`, 'two offsets');
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, axis) => product * axis, bytesEach);
  if (end - begin !== bytes) throw broken(path, `${end - begin} bytes for tensor '${name}' of ${dtype} [${shape}]`, `${bytes}`);
  return { name, dtype: dtype as string, shape, begin, end };
}

async function readTensor(path: string, file: FileHandle, name: string, dtype: string, position: number, length: number) {
  const decode = decoders[dtype as Dtype] as (typeof decoders)[Dtype] | undefined;
  if (!decode) throw broken(path, `tensor '${name}' of type ${dtype}`, `one of ${Object.keys(decoders).join(', ')} for a weight`);
  const values = decode(await readBytes(path, file, position, length));
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

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

const broken = (path: string, found: string, expected: string) =>
  new InputError(
    path,
    found,
    `${expected}, as in a safetensors file`,
    'The file is damaged or of another kind; fetch it again or use another one.',
  );

/** Bytes in a buffer of their own, so that they can be seen as numbers. */
async function readBytes(path: string, file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw broken(path, `its end at byte ${position + done}`, `${position + length} bytes`);
    done += bytesRead;
  }
  return bytes;
}
