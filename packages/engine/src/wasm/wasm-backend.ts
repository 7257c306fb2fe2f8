import type * as tf from '@tensorflow/tfjs-core';

type HeapArray = Float32Array | Int32Array | Uint8Array;

/** What tfjs's wasm backend offers beside tfjs-core's interface. */
export interface WasmBackend extends tf.KernelBackend {
  /** room on the heap; may move the heap, so that earlier views of it are void */
  readonly makeOutput: (shape: readonly number[], dtype: tf.DataType) => tf.TensorInfo;
  /** a tensor's values, as a view of the heap */
  readonly typedArrayFromHeap: (tensor: tf.TensorInfo) => HeapArray;
}

/** Types whose values lie on the heap. */
export const isOnHeap = ({ dtype }: tf.TensorInfo): boolean => dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
