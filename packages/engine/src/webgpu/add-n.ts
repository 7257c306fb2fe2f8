import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { WebgpuBackend } from './webgpu-backend.ts';

/** Replaces WebGPU's sum of many tensors, which is one program with a buffer for each; GPUs allow ten or so, the standard eight. */
export function registerAddN(): void {
  replaceKernel(tf.AddN, 'webgpu', (call, stock) => {
    const backend = call.backend as WebgpuBackend;
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
    const rest = [...(call.inputs as unknown as tf.TensorInfo[])];
    let sum = add(rest.splice(0, most));
    while (rest.length > 0) {
      const next = add([sum, ...rest.splice(0, most - 1)]);
      backend.disposeData(sum.dataId);
      sum = next;
    }
    return sum;

    function add(terms: tf.TensorInfo[]): tf.TensorInfo {
      return stock({ ...call, inputs: terms as unknown as tf.NamedTensorInfoMap }) as tf.TensorInfo;
    }
  });
}
