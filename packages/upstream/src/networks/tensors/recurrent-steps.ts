import * as tf from '@tensorflow/tfjs-core';

interface RecurrentSteps {
  readonly kind: 'GRU' | 'LSTM';
  readonly backwards: boolean;
  /** (gates * hidden, hidden) */
  readonly weight: tf.Tensor2D;
  /** (gates * hidden,) */
  readonly bias: tf.Tensor1D;
}

type State = readonly [hidden: tf.Tensor2D, cell: tf.Tensor2D];

/**
 * PyTorch's recurrent layer step by step, from a zero state, with gradients.
 *
 * @param projected (batch, steps, gates * hidden) what each step adds to the gates
 * @param mask (batch, steps), 0 where the state is 0
 * @returns (batch, steps, hidden)
 */
export function recurrentSteps(
  projected: tf.Tensor3D,
  mask: tf.Tensor2D | undefined,
  { kind, backwards, weight, bias }: RecurrentSteps,
): tf.Tensor3D {
  const [batch, count] = projected.shape;
  const size = weight.shape[1];
  const steps = tf.unstack(projected, 1) as tf.Tensor2D[];
  const shown = mask && (tf.unstack(tf.expandDims(mask, -1), 1) as tf.Tensor2D[]);
  const outputs: tf.Tensor2D[] = [];
  let state: State = [tf.zeros([batch, size]), tf.zeros([batch, size])];
  for (let index = 0; index < count; index++) {
    const at = backwards ? count - 1 - index : index;
    state = tf.tidy(() => {
      const recurrent = tf.add(tf.matMul(state[0], weight, false, true), bias) as tf.Tensor2D;
      const next = cells[kind](steps[at]!, recurrent, state);
      return shown ? next.map((value) => tf.mul(value, shown[at]!)) : [...next];
    }) as unknown as State;
    outputs[at] = state[0];
  }
  return tf.stack(outputs, 1) as tf.Tensor3D;
}

/** The state after a step, by what the step and the state before it add to the gates. */
const cells: { readonly [kind in RecurrentSteps['kind']]: (input: tf.Tensor2D, recurrent: tf.Tensor2D, state: State) => State } = {
  GRU(input, recurrent, [hidden, cell]) {
    const [resetInput, updateInput, newInput] = tf.split(input, 3, -1) as tf.Tensor2D[];
    const [resetState, updateState, newState] = tf.split(recurrent, 3, -1) as tf.Tensor2D[];
    const reset = tf.sigmoid(tf.add(resetInput!, resetState!));
    const update = tf.sigmoid(tf.add(updateInput!, updateState!));
    const fresh = tf.tanh(tf.add(newInput!, tf.mul(reset, newState!)));
    return [tf.add(fresh, tf.mul(update, tf.sub(hidden, fresh))), cell];
  },
  LSTM(input, recurrent, [, cell]) {
    const [enter, forget, fresh, leave] = tf.split(tf.add(input, recurrent), 4, -1) as tf.Tensor2D[];
    const kept = tf.add(tf.mul(tf.sigmoid(forget!), cell), tf.mul(tf.sigmoid(enter!), tf.tanh(fresh!))) as tf.Tensor2D;
    return [tf.mul(tf.sigmoid(leave!), tf.tanh(kept)), kept];
  },
};
