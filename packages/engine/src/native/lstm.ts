import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from './native-backend.ts';

/** our kernel and op, its inputs in order and how many outputs it has */
const ops = [
  ['S3LstmForward', ['projected', 'bias', 'weight', 'lengths'], 3],
  ['S3LstmBackward', ['derivative', 'weight', 'gates', 'cells', 'hidden'], 3],
] as const;

/** All steps of an LSTM in one call, forwards and backwards: our own ops, see `cpp/lstm.h`. */
export function registerLstm(): void {
  for (const [kernelName, order, outputs] of ops) {
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc({ inputs, attrs, backend }) {
        const native = backend as NativeBackend;
        const { binding } = native;
        const attributes = [{ name: 'reverse', type: binding.TF_ATTR_BOOL, value: attrs?.['reverse'] === true }];
        const ids = native.getInputTensorIds(order.map((name) => inputs[name]!));
        return binding.executeOp(kernelName, attributes, ids, outputs).map((output) => native.createOutputTensor(output));
      },
    });
  }
}
