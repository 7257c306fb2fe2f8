import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionOperations } from '../networks/operations/attention-operations.ts';
import { waveFrequencies } from '../networks/operations/wave-frequencies.ts';
import type { Weight } from '../networks/weight-names.ts';

/** `AttentionOperations` in the operations of a graph, in evaluation. */
export function attentionGraphOperations<T>(
  graph: GraphOperations<T>,
  valuesOf: <Value extends tf.Tensor>(weight: Weight) => Value,
): AttentionOperations<T> {
  const maskBiases = new Map<T, T>();
  const heads = (x: T, count: number, axes: readonly number[]) => graph.transpose(graph.reshape(x, [0, 0, count, -1]), axes);
  return {
    distanceKeys(like, embedding, { left, right, heads: count }) {
      const steps = graph.steps(like);
      const places = graph.range(graph.subtract(graph.multiply(steps, 2), 1));
      const ahead = graph.add(graph.subtract(places, steps), 1);
      const rows = graph.add(graph.minimum(graph.maximum(ahead, -left), right), left);
      const keys = graph.gather(graph.constant(valuesOf(embedding)), rows, 0);
      return graph.expandDims(
        graph.concat(
          Array.from({ length: count }, () => keys),
          -1,
        ),
        0,
      );
    },
    stepWaves(like, size) {
      const places = graph.toFloat(graph.range(graph.steps(like)));
      const angles = graph.multiply(graph.expandDims(places, 1), graph.constant(tf.tensor1d(waveFrequencies(size))));
      const pairs = graph.concat([graph.expandDims(graph.sin(angles), -1), graph.expandDims(graph.cos(angles), -1)], -1);
      return graph.expandDims(graph.reshape(pairs, [0, -1]), 0);
    },
    splitHeads: (x, count) => heads(x, count, [0, 2, 1, 3]),
    groupSums(x, groups) {
      // the last axis falls into groups of one size
      const grouped = graph.sum(graph.reshape(x, [0, 0, 0, groups, -1]), -1, false);
      return Array.from({ length: groups }, (_, group) => graph.slice(grouped, -1, group, group + 1));
    },
    distanceBias(like, embedding, bucketOf, farthest) {
      const [, count] = embedding.shape as [number, number];
      const buckets = Array.from({ length: 2 * farthest + 1 }, (_, index) => bucketOf(index - farthest));
      const rows = tf.gather(valuesOf<tf.Tensor2D>(embedding), tf.tensor1d(buckets, 'int32'));
      const places = graph.range(graph.steps(like));
      const distances = graph.subtract(graph.expandDims(places, 0), graph.expandDims(places, 1));
      const near = graph.minimum(graph.maximum(distances, -farthest), farthest);
      const bias = graph.gather(graph.constant(tf.reshape(rows, [-1, count])), graph.add(near, farthest), 0);
      return graph.expandDims(graph.transpose(bias, [2, 0, 1]), 0);
    },
    distanceWaves(like, size) {
      const steps = graph.steps(like);
      const places = graph.range(graph.subtract(graph.multiply(steps, 2), 1));
      const distances = graph.toFloat(graph.subtract(graph.subtract(steps, 1), places));
      const angles = graph.multiply(graph.expandDims(distances, 1), graph.constant(tf.tensor1d(waveFrequencies(size))));
      const pairs = graph.concat([graph.expandDims(graph.sin(angles), -1), graph.expandDims(graph.cos(angles), -1)], -1);
      return graph.expandDims(graph.reshape(pairs, [0, -1]), 0);
    },
    distanceProducts(query, keys, count) {
      const products = graph.matMul(heads(query, count, [0, 2, 1, 3]), heads(keys, count, [0, 2, 3, 1]));
      // of each query's step, those of its distances to all steps
      const places = graph.range(graph.steps(query));
      const last = graph.subtract(graph.steps(query), 1);
      const wanted = graph.add(graph.subtract(graph.expandDims(places, 0), graph.expandDims(places, 1)), last);
      return graph.transpose(graph.gatherSteps(graph.transpose(products, [2, 3, 0, 1]), wanted), [2, 3, 0, 1]);
    },
    rotated(x, count, { size, base }) {
      const half = size / count / 2;
      const steps = graph.toFloat(graph.range(graph.steps(x)));
      const angles = graph.multiply(graph.expandDims(steps, 1), graph.constant(tf.tensor1d(waveFrequencies(2 * half, base))));
      // (steps, 1, features), both halves alike
      const both = graph.expandDims(graph.concat([angles, angles], -1), 1);
      const split = graph.reshape(x, [0, 0, count, -1]);
      const [first, second] = graph.split(split, [half, half], -1) as [T, T];
      const turned = graph.concat([graph.multiply(second, -1), first], -1);
      return graph.reshape(graph.add(graph.multiply(split, graph.cos(both)), graph.multiply(turned, graph.sin(both))), [0, 0, -1]);
    },
    attention(query, key, value, { heads: count, scale, bias, mask }) {
      let products = graph.matMul(heads(graph.multiply(query, scale), count, [0, 2, 1, 3]), heads(key, count, [0, 2, 3, 1]));
      if (bias) products = graph.add(products, bias);
      if (mask) products = graph.add(products, maskBias(mask));
      const read = graph.matMul(graph.softmax(products), heads(value, count, [0, 2, 1, 3]));
      return graph.reshape(graph.transpose(read, [0, 2, 1, 3]), [0, 0, -1]);
    },
  };

  /** 0 where the mask is 1, else so far below that the share is 0, and still a number */
  function maskBias(mask: T): T {
    const known = maskBiases.get(mask);
    if (known !== undefined) return known;
    const bias = graph.multiply(graph.subtract(mask, 1), 1e30);
    const made = graph.expandDims(graph.expandDims(bias, 1), 1);
    maskBiases.set(mask, made);
    return made;
  }
}
