import { open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import * as yauzl from 'yauzl';
import { decodeBfloat16, decodeFloat16 } from './half-precision.ts';
import { type OpenTensors, refuseNonNumbers, type StoredTensor } from './safetensors.ts';
import { type Pickled, type PickledCall, UnpickleError, unpickle } from './unpickle.ts';

const storages = {
  'torch FloatStorage': { bytes: 4, decode: (data: Uint8Array<ArrayBuffer>) => new Float32Array(data.buffer) },
  'torch HalfStorage': { bytes: 2, decode: (data: Uint8Array<ArrayBuffer>) => decodeFloat16(new Uint16Array(data.buffer)) },
  'torch BFloat16Storage': { bytes: 2, decode: (data: Uint8Array<ArrayBuffer>) => decodeBfloat16(new Uint16Array(data.buffer)) },
  'torch DoubleStorage': { bytes: 8, decode: (data: Uint8Array<ArrayBuffer>) => Float32Array.from(new Float64Array(data.buffer)) },
};
type Storage = keyof typeof storages;
/** no weights, yet no reason to refuse a file: counters and the like */
const otherStorages = ['Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map((type) => `torch ${type}Storage`);
const rebuildTensor = 'torch._utils _rebuild_tensor_v2';
const rebuildParameter = 'torch._utils _rebuild_parameter';
const allowed = new Set([...Object.keys(storages), ...otherStorages, rebuildTensor, rebuildParameter]);

/** far more than the names and shapes of any model take */
const maxPickleBytes = 100_000_000;

/**
 * Opens what `torch.save` wrote (since PyTorch 1.6): a dictionary of tensors; they are read one by one, when asked for.
 *
 * Such files are programs that can do anything. Nothing of this one is run: tensors and plain
 * data are understood, everything else is refused.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openPytorchFile(path: string): Promise<OpenTensors> {
  const { archive, entries } = await openArchive(path);
  try {
    const program = [...entries.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
    if (program === undefined) throw broken(path, 'an archive without data.pkl');
    const folder = program.slice(0, -'data.pkl'.length);
    const { uncompressedSize } = entries.get(program)!;
    if (uncompressedSize > maxPickleBytes) throw broken(path, `${uncompressedSize} bytes of names and shapes`);
    const order = entries.get(`${folder}byteorder`);
    if (order && new TextDecoder().decode(await readPart(path, archive, order, 0, order.uncompressedSize)) !== 'little')
      throw broken(path, 'numbers of another byte order');

    const content = parse(path, await readPart(path, archive, entries.get(program)!, 0, uncompressedSize));
    if (!(content instanceof Map)) throw broken(path, 'something else than a dictionary of tensors');
    const tensors = new Map<string, StoredTensor>();
    for (const [name, value] of content) {
      const tensor = typeof name === 'string' ? tensorOf(value) : undefined;
      if (tensor) tensors.set(name as string, stored(name as string, tensor));
    }
    return { tensors, close: async () => archive.close() };

    function stored(name: string, { storage, key, count, offset, shape, strides }: TensorCall): StoredTensor {
      return {
        shape,
        async read() {
          const type = storages[storage as Storage] as (typeof storages)[Storage] | undefined;
          if (!type) throw broken(path, `tensor '${name}' of ${storage.replace(' ', '.')}`);
          const extent = shape.includes(0) ? 0 : shape.reduce((end, size, axis) => end + (size - 1) * strides[axis]!, 1);
          const entry = entries.get(`${folder}data/${key}`);
          if (!entry || entry.uncompressedSize !== count * type.bytes || offset + extent > count)
            throw broken(path, `tensor '${name}' beyond the data that are there`);
          const values = type.decode(await readPart(path, archive, entry, offset * type.bytes, extent * type.bytes));
          const ordered = inOrder(values, shape, strides);
          refuseNonNumbers(path, name, ordered);
          return ordered;
        },
      };
    }
  } catch (error) {
    archive.close();
    throw error;
  }
}

const broken = (path: string, found: string, options?: ErrorOptions) =>
  new InputError(
    path,
    found,
    'a dictionary of tensors as torch.save writes it',
    'Use another copy, or save the weights as safetensors.',
    options,
  );

function parse(path: string, bytes: Uint8Array): Pickled {
  try {
    return unpickle(bytes, allowed);
  } catch (error) {
    if (error instanceof UnpickleError)
      throw broken(path, `a program that is not plain data, of which nothing was run: ${error.message}`, { cause: error });
    throw error;
  }
}

interface TensorCall {
  readonly storage: string;
  readonly key: string;
  /** numbers in the storage */
  readonly count: number;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What a call that makes a tensor says about it; nothing for other values, which are no weights. */
function tensorOf(value: Pickled | undefined): TensorCall | undefined {
  if (!isCall(value)) return undefined;
  if (value.call === rebuildParameter) return tensorOf(value.arguments[0]);
  const [source, offset, shape, strides] = value.arguments;
  const id = source && typeof source === 'object' && 'persistentId' in source ? source.persistentId : undefined;
  if (value.call !== rebuildTensor || !Array.isArray(id) || !isSizes(shape) || !isSizes(strides) || !isSizes([offset])) return undefined;
  const [kind, type, key, , count] = id;
  const storage = type && typeof type === 'object' && 'global' in type ? type.global : '';
  if (kind !== 'storage' || typeof key !== 'string' || !isSizes([count]) || shape.length !== strides.length) return undefined;
  return { storage, key, count: count as number, offset: offset as number, shape, strides };
}

const isCall = (value: Pickled | undefined): value is PickledCall => typeof value === 'object' && value !== null && 'call' in value;

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);

/** The values row by row, wherever the strides have them. */
function inOrder(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const count = shape.reduce((product, axis) => product * axis, 1);
  let expected = 1;
  const isOrdered = [...shape.keys()].reverse().every((axis) => {
    const ordered = shape[axis] === 1 || strides[axis] === expected;
    expected *= shape[axis]!;
    return ordered;
  });
  if (isOrdered) return values;
  const ordered = new Float32Array(count);
  const place = shape.map(() => 0);
  for (let index = 0; index < count; index++) {
    ordered[index] = values[place.reduce((sum, step, axis) => sum + step * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis]! += 1;
      if (place[axis]! < shape[axis]!) break;
      place[axis] = 0;
    }
  }
  return ordered;
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Opens a zip archive and lists what is in it. */
function openArchive(path: string): Promise<{ readonly archive: yauzl.ZipFile; readonly entries: ReadonlyMap<string, yauzl.Entry> }> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { autoClose: false, lazyEntries: true }, (error, archive) => {
      if (error) {
        // a pickle begins with its protocol
        const isPickle = (file: Buffer) => file[0] === 0x80 && file[1]! <= 5;
        const rejected = (file: Buffer | undefined) => {
          const bare = 'no archive but a bare pickle, as PyTorch wrote them before 1.6; nothing of it was run';
          reject(broken(path, file && isPickle(file) ? bare : `no readable archive (${error.message})`, { cause: error }));
        };
        firstBytes(path).then(rejected, () => rejected(undefined));
        return;
      }
      const entries = new Map<string, yauzl.Entry>();
      archive.on('entry', (entry: yauzl.Entry) => {
        entries.set(entry.fileName, entry);
        archive.readEntry();
      });
      archive.on('end', () => resolve({ archive, entries }));
      archive.on('error', (cause: Error) => {
        archive.close();
        reject(broken(path, `a damaged archive (${cause.message})`, { cause }));
      });
      archive.readEntry();
    });
  });
}

/** Bytes of an entry in a buffer of their own, so that they can be seen as numbers. */
function readPart(
  path: string,
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    // torch.save compresses nothing; what is compressed could grow to any size
    if (entry.compressionMethod !== 0 || entry.uncompressedSize !== entry.compressedSize)
      return reject(broken(path, `'${entry.fileName}' compressed`));
    if (length === 0) return resolve(new Uint8Array(0));
    archive.openReadStream(entry, { start, end: start + length } as yauzl.ZipFileOptions, (error, stream) => {
      if (error) return reject(broken(path, `'${entry.fileName}' damaged (${error.message})`, { cause: error }));
      const bytes = new Uint8Array(length);
      let done = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes.set(chunk.subarray(0, length - done), done);
        done += chunk.length;
      });
      stream.on('error', (cause: Error) => reject(broken(path, `'${entry.fileName}' damaged (${cause.message})`, { cause })));
      stream.on('end', () => (done === length ? resolve(bytes) : reject(broken(path, `'${entry.fileName}' cut short`))));
    });
  });
}
