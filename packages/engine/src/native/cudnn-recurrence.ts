import * as tf from '@tensorflow/tfjs-core';
import { floats, type NativeBackend, type OpAttribute } from './native-backend.ts';

const [forwardKernel, backwardKernel] = ['S3RecurrentForward', 'S3RecurrentBackward'];

/** cuDNN's names */
const modes = { LSTM: 'lstm', GRU: 'gru', RNN: 'rnn_tanh' } as const;

interface Attributes {
  readonly kind: keyof typeof modes;
  readonly hiddenSize: number;
  readonly bidirectional: boolean;
}

/**
 * All steps of a recurrent layer, in one direction or both, in one call of cuDNN's; on NVIDIA GPUs.
 *
 * - `S3RecurrentForward`: values (batch, steps, inputs), weights as cuDNN packs them (input and recurrent weight of each
 *   direction, then input and recurrent bias of each, gates in PyTorch's order) and lengths to outputs (batch, steps,
 *   directions * hiddenSize), zero after the end of a row, and four tensors for the gradient
 * - `S3RecurrentBackward`: those, and the derivative by the outputs, to the derivatives by values and weights
 */
export function registerCudnnRecurrence(): void {
  tf.registerKernel({
    kernelName: forwardKernel,
    backendName: 'tensorflow',
    kernelFunc({ inputs, attrs, backend }) {
      const native = backend as NativeBackend;
      const { values, weights, lengths } = inputs as { values: tf.Tensor3D; weights: tf.Tensor1D; lengths: tf.Tensor1D };
      const given = attrs as unknown as Attributes;
      const states = zeroStates(values, given);
      const training = { name: 'is_training', type: native.binding.TF_ATTR_BOOL, value: true };
      const attributes = [...attributesOf(native, given), training];
      const ids = native.getInputTensorIds([values, states, states, weights, lengths]);
      const [outputs, hidden, cells, reserve, hostReserve] = native.binding.executeOp('CudnnRNNV3', attributes, ids, 5);
      states.dispose();
      // bytes, of which TensorFlow.js knows nothing; they are only handed back
      const opaque = { ...hostReserve, dtype: native.binding.TF_INT32 };
      return [outputs!, hidden!, cells!, reserve!, opaque].map((output) => native.createOutputTensor(output));
    },
  });
  tf.registerKernel({
    kernelName: backwardKernel,
    backendName: 'tensorflow',
    kernelFunc({ inputs, attrs, backend }) {
      const native = backend as NativeBackend;
      const { values, weights, lengths, outputs, hidden, cells, reserve, hostReserve, derivative } = inputs as {
        [name: string]: tf.Tensor;
      };
      const given = attrs as unknown as Attributes;
      const states = zeroStates(values as tf.Tensor3D, given);
      const forward = [values!, states, states, weights!, lengths!, outputs!, hidden!, cells!];
      const ids = native.getInputTensorIds([...forward, derivative!, states, states, reserve!, hostReserve!]);
      const results = native.binding.executeOp('CudnnRNNBackpropV3', attributesOf(native, given), ids, 4);
      states.dispose();
      const [byValues, byHidden, byCells, byWeights] = results.map((output) => native.createOutputTensor(output));
      tf.dispose([byHidden!, byCells!]);
      return [byValues!, byWeights!];
    },
  });
}

/** States before the first step, and derivatives by those after the last. */
function zeroStates({ shape: [batch] }: tf.Tensor3D, { hiddenSize, bidirectional }: Attributes): tf.Tensor3D {
  return tf.zeros([batch, bidirectional ? 2 : 1, hiddenSize]);
}

function attributesOf(backend: NativeBackend, { kind, bidirectional }: Attributes): OpAttribute[] {
  const { TF_ATTR_STRING, TF_ATTR_BOOL } = backend.binding;
  return [
    floats(backend),
    { name: 'rnn_mode', type: TF_ATTR_STRING, value: modes[kind] },
    { name: 'direction', type: TF_ATTR_STRING, value: bidirectional ? 'bidirectional' : 'unidirectional' },
    { name: 'time_major', type: TF_ATTR_BOOL, value: false },
  ];
}
