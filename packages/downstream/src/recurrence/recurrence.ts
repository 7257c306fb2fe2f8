import * as tf from '@tensorflow/tfjs-core';

/** Which end of a sequence a recurrence begins at. */
export type Order = 'forwards' | 'backwards';

/** The numbers of the steps in the order in which they are taken. */
export function inOrder(count: number, order: Order): number[] {
  return Array.from({ length: count }, (_, index) => (order === 'forwards' ? index : count - 1 - index));
}

/** What the steps have left as one tensor, (steps, batch, ...); frees the parts. */
export function joined(parts: tf.Tensor[]): tf.Tensor3D {
  const whole = tf.stack(parts) as tf.Tensor3D;
  tf.dispose(parts);
  return whole;
}

/** What each step found from the step before it: zeros for the step that begins. */
export function beforeEachStep(values: tf.Tensor3D, order: Order): tf.Tensor3D {
  return tf.tidy(() => {
    const [count, ...rest] = values.shape;
    const none = tf.zeros([1, ...rest]) as tf.Tensor3D;
    if (count === 1) return none;
    const others = tf.slice(values, [order === 'forwards' ? 0 : 1, 0, 0], [count - 1, -1, -1]);
    return tf.concat(order === 'forwards' ? [none, others] : [others, none], 0);
  });
}

/**
 * Gradient of a recurrent weight, as one product over all steps.
 *
 * @param derivative (steps, batch, gates) by what the weight has given
 * @param hidden (steps, batch, hidden) outputs of the steps
 * @returns (gates, hidden)
 */
export function recurrentWeightGradient(derivative: tf.Tensor3D, hidden: tf.Tensor3D, order: Order): tf.Tensor2D {
  return tf.tidy(() => {
    const [count, batch, gates] = derivative.shape;
    if (count === 1) return tf.zeros([gates, hidden.shape[2]]);
    const rows = (values: tf.Tensor3D, from: number): tf.Tensor2D =>
      tf.reshape(tf.slice(values, [from, 0, 0], [count - 1, -1, -1]), [(count - 1) * batch, values.shape[2]]);
    const [after, before] = order === 'forwards' ? [1, 0] : [0, 1];
    return tf.matMul(rows(derivative, after), rows(hidden, before), true, false);
  });
}

/** Derivative by what a sigmoid was given, from the one by its output `y`; in one pass on engines that have it. */
export function throughSigmoid<T extends tf.Tensor>(derivative: T, y: T): T {
  return oneKernel('S3SigmoidGrad', derivative, y) ?? tf.tidy(() => tf.mul(derivative, tf.mul(y, tf.sub(1, y))));
}

/** Derivative by what a hyperbolic tangent was given, from the one by its output `y`; in one pass on engines that have it. */
export function throughTanh<T extends tf.Tensor>(derivative: T, y: T): T {
  return oneKernel('S3TanhGrad', derivative, y) ?? tf.tidy(() => tf.mul(derivative, tf.sub(1, tf.square(y))));
}

function oneKernel<T extends tf.Tensor>(name: string, dy: T, y: T): T | undefined {
  return tf.getKernel(name, tf.getBackend()) ? (tf.engine().runKernel(name, { dy, y }) as T) : undefined;
}
