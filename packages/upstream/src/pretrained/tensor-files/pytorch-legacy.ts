import { type FileHandle, open } from 'node:fs/promises';
import { brokenPytorch, maxPickleBytes, noPlainData, numberBytes, type PytorchStorages } from './pytorch-storages.ts';
import { readBytes } from './read-bytes.ts';
import { CutShortError, type Pickled, UnpickleError, type UnpickleRules, unpickleNext } from './unpickle.ts';

/** what the first pickle of such a file is */
const magicNumber = Number(0x1950a86a20f9469cfc6cn);
const firstBytes = 1 << 16;

/** Whether a file begins as pickles do, which archives do not. */
export async function isLegacyPytorch(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x80 && buffer[1]! <= 5;
  } finally {
    await file.close();
  }
}

/**
 * Opens what `torch.save` wrote before PyTorch 1.6: a few pickles, then the numbers.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openLegacyPytorch(path: string, rules: UnpickleRules): Promise<PytorchStorages> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let length = Math.min(size, firstBytes);
    for (;;) {
      const bytes = await readBytes(file, 0, length, cutShort(path));
      try {
        const head = parsedHead(path, bytes, rules);
        const places = await storagePlaces(path, file, size, head);
        return {
          content: head.content,
          bytesOf: (key) => places.get(key)?.length,
          read: (key, start, count) => readBytes(file, places.get(key)!.start + start, count, cutShort(path)),
          close: () => file.close(),
        };
      } catch (error) {
        // the pickles may be longer than what was read of the file
        if (!(error instanceof CutShortError) || length === size || length >= maxPickleBytes) throw error;
        length = Math.min(size, 4 * length);
      }
    }
  } catch (error) {
    await file.close();
    throw error instanceof UnpickleError ? noPlainData(path, error) : error;
  }
}

interface Head {
  readonly content: Pickled;
  /** in the order of their numbers */
  readonly keys: readonly Pickled[];
  readonly persistentIds: readonly Pickled[];
  readonly end: number;
}

/** @throws UnpickleError for pickles of anything else than plain data, or that the bytes cut short */
function parsedHead(path: string, bytes: Uint8Array, rules: UnpickleRules): Head {
  const next = (start: number) => unpickleNext(bytes, start, rules);
  const magic = next(0);
  if (magic.value !== magicNumber) throw brokenPytorch(path, 'a pickle that torch.save did not write');
  const protocol = next(magic.end);
  const system = next(protocol.end);
  if (system.value instanceof Map && system.value.get('little_endian') === false)
    throw brokenPytorch(path, 'numbers of another byte order');
  const content = next(system.end);
  const keys = next(content.end);
  if (!Array.isArray(keys.value)) throw brokenPytorch(path, 'no list of what its tensors are views of');
  return { content: content.value, keys: keys.value, persistentIds: content.persistentIds, end: keys.end };
}

/** Where the numbers of each key are: each storage says how many it has, then come those. */
async function storagePlaces(path: string, file: FileHandle, size: number, { keys, persistentIds, end }: Head) {
  const types = new Map<Pickled, string>();
  for (const id of persistentIds) {
    if (!Array.isArray(id)) continue;
    const [, type, key] = id;
    if (key !== undefined && type && typeof type === 'object' && 'global' in type) types.set(key, type.global);
  }
  const places = new Map<string, { readonly start: number; readonly length: number }>();
  let at = end;
  for (const key of keys) {
    const type = types.get(key);
    const bytes = type === undefined ? undefined : numberBytes[type];
    if (typeof key !== 'string' || bytes === undefined) throw brokenPytorch(path, `numbers of ${type?.replace(' ', '.') ?? 'no type'}`);
    const head = await readBytes(file, at, 8, cutShort(path));
    const count = Number(new DataView(head.buffer).getBigInt64(0, true));
    const [start, length] = [at + 8, count * bytes];
    if (count < 0 || start + length > size) throw brokenPytorch(path, 'tensors beyond the end of the file');
    places.set(key, { start, length });
    at = start + length;
  }
  return places;
}

const cutShort = (path: string) => (end: number) => brokenPytorch(path, `its end at byte ${end}`);
