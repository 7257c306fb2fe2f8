import * as tf from '@tensorflow/tfjs-core';
import type { Order } from './recurrence.ts';

const [forwardKernel, backwardKernel] = ['S3LstmForward', 'S3LstmBackward'];

/** Whether the engine runs all steps of an LSTM, and those of its gradient, in one kernel each. */
export function hasLstmKernel(): boolean {
  return tf.getKernel(forwardKernel, tf.getBackend()) !== undefined;
}

/**
 * The recurrence of an LSTM over time in one kernel, from zero states, in one direction; PyTorch's gates: input, forget, cell, output.
 *
 * @param projected (batch, steps, 4 * hidden) what the input adds to the gates
 * @param weight (4 * hidden, hidden) recurrent weight
 * @param bias (4 * hidden)
 * @param lengths valid steps of each row: after them states and outputs are zero, and the backward direction starts there
 * @returns (batch, steps, hidden)
 */
export function lstmKernel(
  projected: tf.Tensor3D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  lengths: readonly number[],
  order: Order,
): tf.Tensor3D {
  const attributes = { reverse: order === 'backwards' };
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel(kernel, inputs, attributes) as unknown as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  return tf.customGrad((p, u, b, save) => {
    const [hidden, gates, cells] = tf.tidy(() =>
      run(forwardKernel, {
        projected: p as tf.Tensor,
        weight: u as tf.Tensor,
        bias: b as tf.Tensor,
        lengths: tf.tensor1d([...lengths], 'int32'),
      }),
    );
    (save as tf.GradSaveFunc)([u as tf.Tensor, hidden, gates, cells]);
    return {
      value: hidden,
      gradFunc: (derivative, kept) => {
        const [weight, hidden, gates, cells] = kept as tf.Tensor[] as [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        return tf.tidy(() => {
          const [byProjected, byBias, lastHidden] = run(backwardKernel, {
            derivative: derivative as tf.Tensor,
            weight,
            hidden,
            gates,
            cells,
          });
          const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, tensor.shape[2]!]) as tf.Tensor2D;
          return [byProjected, tf.matMul(rows(byProjected), rows(lastHidden), true, false), byBias];
        });
      },
    };
  })(projected, weight, bias) as tf.Tensor3D;
}
