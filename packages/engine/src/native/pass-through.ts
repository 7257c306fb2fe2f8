import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';

/**
 * Has a tensor's values shared where a cast or a reshape would leave it as it is; TensorFlow.js calls an op of
 * TensorFlow for that, which on a GPU costs as much as one that computes.
 */
export function registerPassThrough(): void {
  replace(tf.Cast, (x, attributes) => x.dtype === attributes['dtype']);
  replace(tf.Reshape, (x, attributes) => {
    const shape = attributes['shape'] as readonly number[];
    return shape.length === x.shape.length && shape.every((size, axis) => size === x.shape[axis] || size === -1);
  });
}

function replace(kernelName: string, changesNothing: (x: tf.TensorInfo, attributes: tf.NamedAttrMap) => boolean): void {
  replaceKernel(kernelName, 'tensorflow', (call, stock) => {
    const x = call.inputs['x'] as tf.TensorInfo;
    if (!changesNothing(x, call.attrs as tf.NamedAttrMap)) return stock(call);
    (call.backend as tf.KernelBackend).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}
