import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { isOnHeap, type WasmBackend } from './wasm-backend.ts';

/** Replaces wasm's tile, which finds the place of each element anew: copies of whole runs, twice as many each time. */
export function registerTile(): void {
  replaceKernel(tf.Tile, 'wasm', (call, stock) => {
    const x = call.inputs['x'] as tf.TensorInfo;
    const { reps } = call.attrs as unknown as tf.TileAttrs;
    if (!isOnHeap(x) || reps.length !== x.shape.length) return stock(call);
    return tile(call.backend as WasmBackend, x, reps);
  });
}

function tile(backend: WasmBackend, x: tf.TensorInfo, reps: readonly number[]): tf.TensorInfo {
  const out = backend.makeOutput(
    x.shape.map((size, axis) => size * reps[axis]!),
    x.dtype,
  );
  if (tf.util.sizeFromShape(out.shape) === 0) return out;
  const values = backend.typedArrayFromHeap(out);
  values.set(backend.typedArrayFromHeap(x));
  // from the last axis to the first, within the result: what repeats along an axis lies side by side
  let [count, run] = [tf.util.sizeFromShape(x.shape), 1];
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    run *= x.shape[axis]!;
    const times = reps[axis]!;
    if (times > 1) {
      // from the back, so that nothing is overwritten before it has its place
      for (let from = count - run; from >= 0; from -= run) repeat(values, from, from * times, run, times);
      count *= times;
      run *= times;
    }
  }
  return out;
}

type Heap = ReturnType<WasmBackend['typedArrayFromHeap']>;

function repeat(values: Heap, from: number, to: number, run: number, times: number): void {
  if (run === 1) {
    values.fill(values[from]!, to, to + times);
    return;
  }
  const end = to + run * times;
  if (to !== from) values.copyWithin(to, from, from + run);
  for (let done = run; to + done < end; done *= 2) values.copyWithin(to + done, to, to + Math.min(done, end - to - done));
}
