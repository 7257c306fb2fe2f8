import * as tf from '@tensorflow/tfjs-core';

const [forwardKernel, backwardKernel] = ['S3RecurrentForward', 'S3RecurrentBackward'];

/** Whether the engine runs a whole recurrent layer, and its gradient, in one kernel each, as cuDNN does. */
export function hasRecurrentKernel(): boolean {
  return tf.getKernel(forwardKernel, tf.getBackend()) !== undefined;
}

/** What a step computes, as PyTorch calls it. */
export type RecurrentKind = 'LSTM' | 'GRU' | 'RNN';

/** PyTorch's weights of one direction. */
export interface RecurrentWeights {
  /** (gates * hidden, inputs) */
  readonly inputWeight: tf.Tensor2D;
  /** (gates * hidden, hidden) */
  readonly hiddenWeight: tf.Tensor2D;
  /** (gates * hidden) */
  readonly inputBias: tf.Tensor1D;
  readonly hiddenBias: tf.Tensor1D;
}

/**
 * A recurrent layer over time in one kernel, from zero states.
 *
 * @param values (batch, steps, inputs)
 * @param lengths valid steps of each row, at least one: outputs after them are zero, and the backward direction starts there
 * @param directions one, or forwards and backwards
 * @returns (batch, steps, directions * hidden)
 */
export function recurrentKernel(
  values: tf.Tensor3D,
  lengths: readonly number[],
  kind: RecurrentKind,
  directions: readonly RecurrentWeights[],
): tf.Tensor3D {
  const attributes = { kind, hiddenSize: directions[0]!.hiddenWeight.shape[1], bidirectional: directions.length === 2 };
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel(kernel, inputs, attributes) as unknown as [tf.Tensor3D, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  // in the order in which cuDNN packs them
  const parts: tf.Tensor[] = [
    ...directions.flatMap(({ inputWeight, hiddenWeight }) => [inputWeight, hiddenWeight]),
    ...directions.flatMap(({ inputBias, hiddenBias }) => [inputBias, hiddenBias]),
  ];
  const rowLengths = () => tf.tensor1d([...lengths], 'int32');
  return tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const [x, ...weights] = given as tf.Tensor[];
    const [packed, [outputs, hidden, cells, reserve, hostReserve]] = tf.tidy(() => {
      const packed = tf.concat1d(weights.map((weight) => tf.reshape(weight, [-1]) as tf.Tensor1D));
      return [packed, run(forwardKernel, { values: x!, weights: packed, lengths: rowLengths() })];
    }) as [tf.Tensor1D, [tf.Tensor3D, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]];
    save([x!, packed, outputs, hidden, cells, reserve, hostReserve]);
    tf.dispose([packed, hidden, cells, reserve, hostReserve]);
    return {
      value: outputs,
      gradFunc: (derivative, kept) => {
        const [values, weights, outputs, hidden, cells, reserve, hostReserve] = kept as [
          ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
        ];
        return tf.tidy(() => {
          const before = { values, weights, lengths: rowLengths(), outputs, hidden, cells, reserve, hostReserve };
          const [byValues, byWeights] = run(backwardKernel, { ...before, derivative: derivative as tf.Tensor });
          const byParts = tf.split(
            byWeights,
            parts.map(({ size }) => size),
          );
          return [byValues, ...byParts.map((part, index) => tf.reshape(part, parts[index]!.shape))];
        });
      },
    };
  })(values, ...parts) as tf.Tensor3D;
}
