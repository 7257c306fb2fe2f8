import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Wav2vecOperations } from '../networks/operations/wav2vec-operations.ts';
import type { Weight } from '../networks/weight-names.ts';

/** `Wav2vecOperations` in the operations of a graph, in evaluation. */
export function wav2vecGraphOperations<T>(
  graph: GraphOperations<T>,
  valuesOf: <Value extends tf.Tensor>(weight: Weight) => Value,
): Wav2vecOperations<T> {
  const inGroups = (x: T, groups: number) => graph.transpose(graph.reshape(x, [0, 0, groups, -1]), [0, 2, 1, 3]);
  return {
    logMagnitude: (x) => graph.log(graph.add(graph.maximum(x, graph.multiply(x, -1)), 1)),
    repeatFirst(x, count) {
      const first = graph.slice(x, 1, 0, 1);
      return graph.concat([...Array.from({ length: count }, () => first), x], 1);
    },
    everyStep: (x, every, like) => graph.slice(graph.slice(x, 1, 0, undefined, every), 1, 0, graph.steps(like)),
    chosenCodes: (logits, codes, { groups, count }) =>
      codesOf(inGroups(logits, groups), tf.reshape(valuesOf(codes), [1, -1, count, codes.shape[2]!])),
    nearestCodes(x, codes, groups) {
      const table = tf.expandDims(tf.transpose(valuesOf<tf.Tensor3D>(codes), [1, 0, 2]), 0);
      const products = graph.multiply(graph.matMul(inGroups(x, groups), graph.constant(tf.transpose(table, [0, 1, 3, 2]))), 2);
      const squares = tf.expandDims(tf.sum(tf.square(table), -1), 2);
      return codesOf(graph.subtract(products, graph.constant(squares)), table);
    },
  };

  /** Of the largest of its scores, (batch, groups, steps, codes), what a table (1, groups, codes, features) has for it. */
  function codesOf(scores: T, table: tf.Tensor): T {
    const isLargest = graph.add(graph.multiply(graph.less(scores, graph.max(scores, -1)), -1), 1);
    return graph.reshape(graph.transpose(graph.matMul(isLargest, graph.constant(table)), [0, 2, 1, 3]), [0, 0, -1]);
  }
}
