import { decodeBfloat16, decodeFloat16 } from './half-precision.ts';
import { openPytorchArchive } from './pytorch-archive.ts';
import { isLegacyPytorch, openLegacyPytorch } from './pytorch-legacy.ts';
import { brokenPytorch, numberBytes } from './pytorch-storages.ts';
import { refuseNonNumbers, type StoredTensor } from './stored-tensor.ts';
import type { Pickled, PickledCall } from './unpickle.ts';

/** how the numbers of weights are kept; other types are no weights, yet no reason to refuse a file: counters and the like */
const decoders: { readonly [storage: string]: (data: Uint8Array<ArrayBuffer>) => Float32Array } = {
  'torch FloatStorage': (data) => new Float32Array(data.buffer),
  'torch HalfStorage': (data) => decodeFloat16(new Uint16Array(data.buffer)),
  'torch BFloat16Storage': (data) => decodeBfloat16(new Uint16Array(data.buffer)),
  'torch DoubleStorage': (data) => Float32Array.from(new Float64Array(data.buffer)),
};
const rebuildTensor = 'torch._utils _rebuild_tensor_v2';
const rebuildParameter = 'torch._utils _rebuild_parameter';
const allowed: ReadonlySet<string> = new Set([...Object.keys(numberBytes), rebuildTensor, rebuildParameter]);

/** What `torch.save` wrote. */
export interface PytorchContent {
  readonly content: Pickled;
  /** the tensor that a value stands for, read when it is asked for; nothing for other values */
  readonly tensor: (name: string, value: Pickled | undefined) => StoredTensor | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens what `torch.save` wrote, today's archives and what it wrote before PyTorch 1.6; tensors are read one by one, when asked for.
 *
 * Such files are programs that can do anything. Nothing of this one is run: tensors and plain data are understood.
 *
 * @param options.describesObjects anything else is described; otherwise refused
 * @throws InputError naming the file and what is wrong in it
 */
export async function openPytorchContent(
  path: string,
  { describesObjects = false }: { readonly describesObjects?: boolean } = {},
): Promise<PytorchContent> {
  const rules = { allowed, describesObjects };
  const file = await ((await isLegacyPytorch(path)) ? openLegacyPytorch : openPytorchArchive)(path, rules);
  return {
    content: file.content,
    close: file.close,
    tensor(name, value) {
      const call = tensorOf(value);
      return call && { shape: call.shape, read: () => read(name, call) };
    },
  };

  async function read(name: string, { storage, key, count, offset, shape, strides }: TensorCall): Promise<Float32Array> {
    const [decode, bytes] = [decoders[storage], numberBytes[storage]];
    if (!decode || bytes === undefined) throw brokenPytorch(path, `tensor '${name}' of ${storage.replace(' ', '.')}`);
    const extent = shape.includes(0) ? 0 : shape.reduce((end, size, axis) => end + (size - 1) * strides[axis]!, 1);
    if (file.bytesOf(key) !== count * bytes || offset + extent > count)
      throw brokenPytorch(path, `tensor '${name}' beyond the data that are there`);
    const values = decode(await file.read(key, offset * bytes, extent * bytes));
    const ordered = inOrder(values, shape, strides);
    refuseNonNumbers(path, name, ordered);
    return ordered;
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
