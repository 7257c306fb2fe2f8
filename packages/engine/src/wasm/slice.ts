import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { isOnHeap, type WasmBackend } from './wasm-backend.ts';

// below this, a loop over elements is faster than a call for the whole run
const shortRun = 16;

/**
 * Replaces wasm's slice, which copies the whole input before it takes its part, and the two kernels that call it
 * directly: `SplitV` (the gradient of a concatenation) and `Unpack`.
 */
export function registerSlice(): void {
  replaceKernel(tf.Slice, 'wasm', (call, stock) => {
    const x = call.inputs['x'] as tf.TensorInfo;
    if (!isOnHeap(x)) return stock(call);
    const { begin, size } = call.attrs as unknown as tf.SliceAttrs;
    const [from, extent] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    return slice(call.backend as WasmBackend, x, from, extent);
  });
  registerSplitV();
  registerUnpack();
}

function registerSplitV(): void {
  replaceKernel(tf.SplitV, 'wasm', (call, stock) => {
    const x = call.inputs['x'] as tf.TensorInfo;
    if (!isOnHeap(x)) return stock(call);
    const { numOrSizeSplits, axis } = call.attrs as unknown as tf.SplitVAttrs;
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along);
    return slices(call.backend as WasmBackend, x, along, sizes);
  });
}

function registerUnpack(): void {
  replaceKernel(tf.Unpack, 'wasm', (call, stock) => {
    const value = call.inputs['value'] as tf.TensorInfo;
    if (!isOnHeap(value)) return stock(call);
    const { axis } = call.attrs as unknown as tf.UnpackAttrs;
    const along = tf.util.parseAxisParam(axis, value.shape)[0]!;
    const parts = slices(call.backend as WasmBackend, value, along, Array<number>(value.shape[along]!).fill(1));
    return parts.map((part) => ({ ...part, shape: part.shape.filter((_, position) => position !== along) }));
  });
}

/** Consecutive parts along one axis. */
function slices(backend: WasmBackend, x: tf.TensorInfo, axis: number, sizes: readonly number[]): tf.TensorInfo[] {
  let at = 0;
  return sizes.map((size) => {
    const from = x.shape.map((_, position) => (position === axis ? at : 0));
    const extent = x.shape.map((length, position) => (position === axis ? size : length));
    at += size;
    return slice(backend, x, from, extent);
  });
}

/** Copies run by run within the heap; a run is what lies side by side in input and output alike. */
function slice(backend: WasmBackend, x: tf.TensorInfo, from: readonly number[], extent: readonly number[]): tf.TensorInfo {
  const out = backend.makeOutput(extent, x.dtype);
  const total = tf.util.sizeFromShape([...extent]);
  if (total === 0) return out;

  const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
  const strides = x.shape.map((_, axis) => tf.util.sizeFromShape(x.shape.slice(axis + 1)));
  let inner = x.shape.length; // axes from here on are taken whole
  while (inner > 0 && extent[inner - 1] === x.shape[inner - 1]) inner--;
  const outer = Math.max(inner - 1, 0);
  const run = tf.util.sizeFromShape(extent.slice(outer));
  const heap = new (source.constructor as Uint8ArrayConstructor)(source.buffer as ArrayBuffer);
  const [sourceAt, targetAt] = [source.byteOffset / source.BYTES_PER_ELEMENT, target.byteOffset / target.BYTES_PER_ELEMENT];

  const index = Array<number>(outer).fill(0);
  let offset = from.reduce((sum, start, axis) => sum + start * strides[axis]!, 0);
  for (let done = 0; done < total; done += run) {
    if (run < shortRun) for (let element = 0; element < run; element++) target[done + element] = source[offset + element]!;
    else heap.copyWithin(targetAt + done, sourceAt + offset, sourceAt + offset + run);
    // the next index of the outer axes, last axis fastest
    for (let axis = outer - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < extent[axis]!) break;
      offset -= extent[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
