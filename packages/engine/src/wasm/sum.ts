import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { WasmBackend } from './wasm-backend.ts';

/**
 * Replaces wasm's sum and mean of floats. The stock ones add one value after the other in float32, so that a million squares come out
 * 4e-4 too small, and first copy the axes that they reduce to the end; these add in float64 where the values lie.
 */
export function registerSum(): void {
  for (const kernelName of [tf.Sum, tf.Mean] as const) {
    replaceKernel(kernelName, 'wasm', (call, stock) => {
      const x = call.inputs['x'] as tf.TensorInfo;
      if (x.dtype !== 'float32') return stock(call);
      const { axis, keepDims } = call.attrs as unknown as tf.SumAttrs;
      const axes = tf.util.parseAxisParam(axis, x.shape);
      const [left, reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(left, axes) : left;
      const count = kernelName === tf.Mean ? tf.util.sizeFromShape(reduced) : 1;
      return sum(call.backend as WasmBackend, x, axes, shape, count);
    });
  }
}

/** @param count what sums are divided by */
function sum(backend: WasmBackend, x: tf.TensorInfo, axes: readonly number[], shape: number[], count: number): tf.TensorInfo {
  const out = backend.makeOutput(shape, 'float32');
  let values: Float32Array | Float64Array = backend.typedArrayFromHeap(x) as Float32Array;
  const sizes = [...x.shape];
  // from the last axis to the first; neighbours that both go are one
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    if (!axes.includes(axis)) continue;
    const end = axis + 1;
    while (axes.includes(axis - 1)) axis--;
    const [outer, reduced, inner] = [sizes.slice(0, axis), sizes.slice(axis, end), sizes.slice(end)].map((part) =>
      tf.util.sizeFromShape(part),
    );
    values = sumsOf(values, outer!, reduced!, inner!);
    sizes.splice(axis, end - axis);
  }
  const result = backend.typedArrayFromHeap(out);
  for (let index = 0; index < result.length; index++) result[index] = values[index]! / count;
  return out;
}

/** Sums over the middle axis of (outer, reduced, inner). */
function sumsOf(values: Float32Array | Float64Array, outer: number, reduced: number, inner: number): Float64Array {
  const sums = new Float64Array(outer * inner);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    if (inner === 1) {
      let total = 0;
      for (const end = at + reduced; at < end; at++) total += values[at]!;
      sums[row] = total;
    } else {
      const first = row * inner;
      for (let step = 0; step < reduced; step++) for (let column = 0; column < inner; column++) sums[first + column]! += values[at++]!;
    }
  }
  return sums;
}
