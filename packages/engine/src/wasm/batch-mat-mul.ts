import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { LargeProducts, ProductShape } from './large-products.ts';
import type { WasmBackend } from './wasm-backend.ts';

// bytes of a right side that no longer stays in the processor's cache while every row of the left side passes it
const tooWide = 4e6;

/**
 * Replaces wasm's matrix product, which falls to about a fifteenth of its speed with a
 * transpose flag or a batch: transposes first, then one plain product for each batch entry.
 *
 * @param large what does large products, if there is something faster for them
 */
export function registerBatchMatMul(large?: LargeProducts): void {
  replaceKernel(tf.BatchMatMul, 'wasm', ({ inputs, backend, attrs }, stock) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const shape = productShape(a, b, transposeA, transposeB);
    if (a.dtype === 'float32' && b.dtype === 'float32' && large?.isLarge(shape))
      return largeProducts(large, shape, a, b, backend as WasmBackend);
    const plain = (left: tf.Tensor, right: tf.Tensor): tf.Tensor => {
      const info = stock({ inputs: { a: left, b: right }, backend, attrs: { transposeA: false, transposeB: false } }) as tf.TensorInfo;
      return tf.engine().makeTensorFromTensorInfo(info);
    };
    // (B^T A^T)^T
    if (isBetterTurned(a, b, shape)) return tf.tidy(() => tf.transpose(plain(transposeB ? b : tf.transpose(b), a)));
    return tf.tidy(() => products(transposeA ? swapLastTwo(a) : a, transposeB ? swapLastTwo(b) : b, plain));
  });
}

/** One plain product for each batch entry. */
function products(a: tf.Tensor, b: tf.Tensor, plain: (left: tf.Tensor, right: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (batchOf(a) === 1 && batchOf(b) === 1) return plain(a, b);
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const matricesOf = (x: tf.Tensor) => tf.unstack(tf.reshape(x, [batchOf(x), ...x.shape.slice(-2)]));
  const [left, right] = [matricesOf(a), matricesOf(b)];
  const entries = Array.from({ length: tf.util.sizeFromShape(batchShape) }, (_, entry) => {
    // the engine's own goes wrong where both sides are broadcast, along different axes
    const [i, j] = [a, b].map((x) => broadcastEntry(entry, batchShape, x.shape.slice(0, -2))) as [number, number];
    return plain(left[i]!, right[j]!);
  });
  return tf.reshape(tf.stack(entries), [...batchShape, a.shape.at(-2)!, b.shape.at(-1)!]);
}

function productShape(a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): ProductShape {
  const [left, right] = [a.shape.slice(-2), b.shape.slice(-2)] as [[number, number], [number, number]];
  const [rows, inner] = transposeA ? [left[1], left[0]] : left;
  return { rows, inner, columns: right[transposeB ? 0 : 1], transposeA, transposeB };
}

/** One product for each batch entry, from the heap to the heap. */
function largeProducts(large: LargeProducts, shape: ProductShape, a: tf.TensorInfo, b: tf.TensorInfo, backend: WasmBackend): tf.TensorInfo {
  const { rows, inner, columns } = shape;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const out = backend.makeOutput([...batchShape, rows, columns], 'float32');
  const [left, right, products] = [a, b, out].map((matrices) => backend.typedArrayFromHeap(matrices)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const entry = (matrices: Float32Array, index: number, size: number) => matrices.subarray(index * size, (index + 1) * size);
  for (let index = 0; index < tf.util.sizeFromShape(batchShape); index++) {
    const [i, j] = [broadcastEntry(index, batchShape, batchA), broadcastEntry(index, batchShape, batchB)];
    large.multiply(entry(products, index, rows * columns), entry(left, i, rows * inner), entry(right, j, inner * columns), shape);
  }
  return out;
}

/** The gradient of a weight whose input is wider than its output: the wider side goes to the left, where it is read once. */
function isBetterTurned(a: tf.Tensor, b: tf.Tensor, { rows, inner, columns, transposeA }: ProductShape): boolean {
  return transposeA && a.rank === 2 && b.rank === 2 && columns > rows && inner * columns * 4 > tooWide;
}

const batchOf = (x: tf.Tensor) => x.shape.slice(0, -2).reduce((size, axis) => size * axis, 1);

/** Which entry of a side of this batch shape an entry of the broadcast batch is made of. */
function broadcastEntry(entry: number, broadcast: readonly number[], own: readonly number[]): number {
  let [left, stride, result] = [entry, 1, 0];
  for (let axis = 1; axis <= own.length; axis++) {
    const [size, ownSize] = [broadcast.at(-axis)!, own.at(-axis)!];
    if (ownSize > 1) result += (left % size) * stride;
    stride *= ownSize;
    left = Math.floor(left / size);
  }
  return result;
}

function swapLastTwo(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
