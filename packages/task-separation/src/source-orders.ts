import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/** More orders than those of five sources (120) would be slow, and there is little to learn them from. */
const mostSources = 5;

/**
 * All orders of the numbers from 0 to `count` - 1, in lexicographic order: the reference that each output stands for.
 *
 * @throws InputError for none, or for more than five
 */
export function sourceOrders(count: number): readonly (readonly number[])[] {
  if (!(count >= 1 && count <= mostSources)) {
    throw new InputError('sources', String(count), `1 to ${mostSources}`, 'Train a model for fewer sources.');
  }
  const orders = (left: readonly number[]): (readonly number[])[] =>
    left.length === 0 ? [[]] : left.flatMap((first) => orders(left.filter((other) => other !== first)).map((rest) => [first, ...rest]));
  return orders(Array.from({ length: count }, (_, source) => source));
}

/**
 * Cost of the best order of each row.
 *
 * @param costs `costs[output][reference]`, (batch,) each
 * @returns (batch,) sum over the outputs, each taken for another reference
 */
export function leastCost(costs: readonly (readonly tf.Tensor1D[])[]): tf.Tensor1D {
  return tf.tidy(() => {
    const sums = sourceOrders(costs.length).map((order) => tf.addN(order.map((reference, output) => costs[output]![reference]!)));
    return (sums.length === 1 ? sums[0]! : tf.min(tf.stack(sums), 0)) as tf.Tensor1D;
  });
}
