import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { isFloatMatrix, type NativeBackend } from './native-backend.ts';

/** Sends a product of two float matrices to TensorFlow's `MatMul`, up to twice as fast as the batched one that stands there. */
export function registerBatchMatMul(): void {
  replaceKernel(tf.BatchMatMul, 'tensorflow', (call, stock) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (!isFloatMatrix(a) || !isFloatMatrix(b)) return stock(call);
    const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
    return matMul(call.backend as NativeBackend, a, b, transposeA, transposeB);
  });
}

/** Product of two float matrices. */
export function matMul(backend: NativeBackend, a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): tf.Tensor {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: transposeA },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: transposeB },
  ];
  return backend.executeSingleOutput('MatMul', attributes, [a, b]);
}
