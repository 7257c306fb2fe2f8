import * as tf from '@tensorflow/tfjs-core';
import { floats, type NativeBackend } from './native-backend.ts';

/** our kernel, TensorFlow's op and the order in which it takes its inputs */
const ops = [
  ['S3HalfOfSquares', 'L2Loss', ['x']],
  ['S3ReluGrad', 'ReluGrad', ['dy', 'y']],
  ['S3SigmoidGrad', 'SigmoidGrad', ['y', 'dy']],
  ['S3TanhGrad', 'TanhGrad', ['y', 'dy']],
] as const;

/** What TensorFlow does in one pass and TensorFlow.js in two to eight: gradients of activations, and norms. */
export function registerSinglePasses(): void {
  for (const [kernelName, op, order] of ops) {
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc({ inputs, backend }) {
        const native = backend as NativeBackend;
        return native.executeSingleOutput(
          op,
          [floats(native)],
          order.map((name) => inputs[name]!),
        );
      },
    });
  }
}
