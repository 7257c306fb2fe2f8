import * as tf from '@tensorflow/tfjs-core';

/**
 * Every tensor inside nested lists and plain objects, weights left out.
 *
 * Not `tf.dispose` and its kin: those look at each number of a typed array.
 */
export function tensorsOf(value: unknown): tf.Tensor[] {
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof tf.Variable) return [];
  if (value instanceof tf.Tensor) return [value];
  if (Array.isArray(value)) {
    return value.flatMap(tensorsOf);
  }
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  return isPlain ? Object.values(value).flatMap(tensorsOf) : [];
}

export function disposeTensors(...values: readonly unknown[]): void {
  for (const tensor of values.flatMap(tensorsOf)) tensor.dispose();
}
