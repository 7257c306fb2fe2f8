import { InputError } from './errors.ts';

/** Bytes of a value, by the name of its type in the format. */
export const safetensorsValueBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** Name of a type of values in the format. */
export type SafetensorsType = keyof typeof safetensorsValueBytes;

/** Where a tensor lies in a safetensors file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** its first byte, from the start of the file */
  readonly begin: number;
  /** the byte after its last */
  readonly end: number;
}

/** the limit of the reference implementation */
const maxHeaderBytes = 100_000_000;

/**
 * The start of a safetensors file: length of the header and the header; the values follow, tensor by tensor, in this order.
 *
 * @param metadata texts to keep with them
 */
export function safetensorsHead(
  tensors: readonly Pick<SafetensorsEntry, 'name' | 'dtype' | 'shape'>[],
  metadata?: { readonly [key: string]: string },
): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = end;
    end += byteLength(dtype, shape);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify({ ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) }));
  // values begin at a multiple of 8 bytes, so that they can be seen as numbers where they are
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return head;
}

/**
 * Where the values of a safetensors file begin, which is how many bytes of it `parseSafetensorsHead` wants.
 *
 * @param head the first 8 bytes of the file or more; all of them where it has fewer
 * @param fileBytes size of the whole file
 * @param where its name, for messages
 * @throws InputError for a file that is too short, for 8 bytes or for the header it announces
 */
export function safetensorsDataStart(head: Uint8Array, fileBytes: number, where: string): number {
  if (fileBytes < 8 || head.length < 8) throw broken(where, `${Math.min(fileBytes, head.length)} bytes`, 'at least 8');
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, fileBytes - 8);
  if (length > BigInt(limit)) throw broken(where, `a header of ${length} bytes in a file of ${fileBytes}`, `at most ${limit}`);
  return 8 + Number(length);
}

/**
 * The tensors of a safetensors file and where they lie, in the order of the header.
 *
 * Nothing in the file is believed: types, shapes and offsets are checked against each other and against the size of the
 * file before anything of that size is made, and tensors have to lie side by side without gaps or overlaps.
 *
 * @param head the file's first bytes, at least as many as `safetensorsDataStart` says
 * @throws InputError saying what is wrong in the file
 */
export function parseSafetensorsHead(
  head: Uint8Array,
  fileBytes: number,
  where: string,
): { readonly entries: readonly SafetensorsEntry[]; readonly metadata: { readonly [key: string]: unknown } } {
  const dataStart = safetensorsDataStart(head, fileBytes, where);
  if (head.length < dataStart) throw broken(where, `its end at byte ${head.length}`, `a header up to byte ${dataStart}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(8, dataStart)));
  } catch {
    throw broken(where, 'a header that is no JSON', 'JSON');
  }
  if (!isObject(header)) throw broken(where, 'a header that is no JSON object', 'a JSON object');
  const { __metadata__: metadata, ...tensors } = header;
  const entries = Object.entries(tensors).map(([name, value]) => entryOf(where, name, value, dataStart));

  let end = dataStart;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const expected = `it at byte ${end - dataStart}, without gaps or overlaps`;
      throw broken(where, `tensor '${entry.name}' at byte ${entry.begin - dataStart} of the data`, expected);
    }
    end = entry.end;
  }
  if (end !== fileBytes) throw broken(where, `${fileBytes} bytes`, `${end}, by its header`);
  return { entries, metadata: isObject(metadata) ? metadata : {} };
}

function entryOf(where: string, name: string, value: unknown, dataStart: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { readonly [key: string]: unknown };
  if (!isType(dtype)) {
    throw broken(where, `tensor '${name}' of type ${JSON.stringify(dtype)}`, `one of ${Object.keys(safetensorsValueBytes).join(', ')}`);
  }
  if (!isSizes(shape)) throw broken(where, `tensor '${name}' of shape ${JSON.stringify(shape)}`, 'a list of whole numbers');
  if (!isSizes(offsets) || offsets.length !== 2) throw broken(where, `tensor '${name}' at ${JSON.stringify(offsets)}`, 'two offsets');
  const [begin, end] = offsets as [number, number];
  const expected = byteLength(dtype, shape);
  if (end - begin !== expected) throw broken(where, `${end - begin} bytes for tensor '${name}' of ${dtype} [${shape}]`, `${expected}`);
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

const byteLength = (dtype: SafetensorsType, shape: readonly number[]) =>
  shape.reduce((product, axis) => product * axis, safetensorsValueBytes[dtype] as number);

const isType = (value: unknown): value is SafetensorsType => typeof value === 'string' && Object.hasOwn(safetensorsValueBytes, value);

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const broken = (where: string, found: string, expected: string) =>
  new InputError(
    where,
    found,
    `${expected}, as in a whole safetensors file`,
    'The file is damaged or of another kind; fetch it again or use another one.',
  );
