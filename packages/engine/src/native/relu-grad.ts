import * as tf from '@tensorflow/tfjs-core';
import { reluGradKernel } from '../relu-gradient.ts';
import { floats, type NativeBackend } from './native-backend.ts';

/** TensorFlow's own gradient of ReLU: one pass instead of eight. */
export function registerReluGrad(): void {
  tf.registerKernel({
    kernelName: reluGradKernel,
    backendName: 'tensorflow',
    kernelFunc({ inputs, backend }) {
      const native = backend as NativeBackend;
      return native.executeSingleOutput('ReluGrad', [floats(native)], [inputs['dy']!, inputs['y']!]);
    },
  });
}
