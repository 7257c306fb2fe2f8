import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from './native-backend.ts';

/** our op in C++ (see `cpp/`), under whose name it is a kernel: its inputs in order, and its flags */
const ops: { readonly [name: string]: { readonly inputs: readonly string[]; readonly flags: readonly string[] } } = {
  S3LstmForward: { inputs: ['projected', 'bias', 'weight', 'lengths'], flags: ['reverse'] },
  S3LstmBackward: { inputs: ['derivative', 'weight', 'gates', 'cells', 'hidden'], flags: ['reverse'] },
  S3Adam: { inputs: ['weight', 'gradient', 'mean', 'square', 'factors'], flags: [] },
  S3Best: { inputs: ['values', 'count'], flags: [] },
};

/** Every one of our ops gives three tensors. */
const outputs = 3;

/** All steps of an LSTM in one call, forwards and backwards, an update by Adam in one pass, and moments of the highest values. */
export function registerOwnOps(): void {
  for (const [kernelName, op] of Object.entries(ops)) {
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc({ inputs, attrs, backend }) {
        const native = backend as NativeBackend;
        const { binding } = native;
        const flags = op.flags.map((name) => ({ name, type: binding.TF_ATTR_BOOL, value: attrs?.[name] === true }));
        const ids = native.getInputTensorIds(op.inputs.map((name) => inputs[name]!));
        return binding.executeOp(kernelName, flags, ids, outputs).map((output) => native.createOutputTensor(output));
      },
    });
  }
}
