import * as tf from '@tensorflow/tfjs-core';
import { inOrder, joined, type Order, recurrentWeightGradient, throughTanh } from './recurrence.ts';

/**
 * The recurrence h = tanh(x + weight h) over time, from a zero state, in one direction; its backward pass is written by hand.
 *
 * @param projected (steps, batch, hidden) x, biases included
 * @param weight (hidden, hidden) recurrent weight
 * @param mask (steps, batch, 1) 1 on steps that count; the state is 0 on the others
 * @returns (steps, batch, hidden)
 */
export function rnnRecurrence(projected: tf.Tensor3D, weight: tf.Tensor2D, mask: tf.Tensor3D | undefined, order: Order): tf.Tensor3D {
  return tf.customGrad((x, w, save) => {
    const hidden = forward(x as tf.Tensor3D, w as tf.Tensor2D, mask, order);
    (save as tf.GradSaveFunc)([w as tf.Tensor, hidden, ...(mask ? [mask] : [])]);
    return {
      value: hidden,
      gradFunc: (derivative, kept) => backward(derivative as tf.Tensor3D, kept as Kept, order),
    };
  })(projected, weight) as tf.Tensor3D;
}

function forward(projected: tf.Tensor3D, weight: tf.Tensor2D, mask: tf.Tensor3D | undefined, order: Order): tf.Tensor3D {
  const [count] = projected.shape;
  // transposed once: engines copy, or are slow, at every step
  const recurrent = tf.transpose(weight);
  const steps = tf.unstack(projected) as tf.Tensor2D[];
  const masks = mask && (tf.unstack(mask) as tf.Tensor2D[]);
  const hidden = new Array<tf.Tensor2D>(count);
  let last: tf.Tensor2D | undefined;
  for (const at of inOrder(count, order)) {
    hidden[at] = tf.tidy(() => {
      const next = tf.tanh(last ? tf.add(steps[at]!, tf.matMul(last, recurrent)) : steps[at]!);
      return masks ? tf.mul(next, masks[at]!) : next;
    }) as tf.Tensor2D;
    last = hidden[at];
  }
  tf.dispose([recurrent, ...steps, ...(masks ?? [])]);
  return joined(hidden);
}

type Kept = [weight: tf.Tensor2D, hidden: tf.Tensor3D, mask?: tf.Tensor3D];

function backward(derivative: tf.Tensor3D, [weight, hidden, mask]: Kept, order: Order): [tf.Tensor3D, tf.Tensor2D] {
  const [count] = hidden.shape;
  // where the state is held at 0 nothing passes
  const derivatives = tf.tidy(() => tf.unstack(mask ? tf.mul(derivative, mask) : derivative)) as tf.Tensor2D[];
  const outputs = tf.unstack(hidden) as tf.Tensor2D[];
  const masks = mask && (tf.unstack(mask) as tf.Tensor2D[]);
  const taken = inOrder(count, order);
  const dSteps = new Array<tf.Tensor2D>(count);
  for (const [place, at] of [...taken.entries()].reverse()) {
    dSteps[at] = tf.tidy(() => {
      const after = place === count - 1 ? undefined : dSteps[taken[place + 1]!]!;
      if (!after) return throughTanh(derivatives[at]!, outputs[at]!);
      const fromAfter = tf.matMul(after, weight);
      const whole = tf.add(derivatives[at]!, masks ? tf.mul(fromAfter, masks[at]!) : fromAfter) as tf.Tensor2D;
      return throughTanh(whole, outputs[at]!);
    });
  }
  tf.dispose([...derivatives, ...outputs, ...(masks ?? [])]);
  const dProjected = joined(dSteps);
  return [dProjected, recurrentWeightGradient(dProjected, hidden, order)];
}
