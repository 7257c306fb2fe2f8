import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { PatchOperations } from '../networks/operations/patch-operations.ts';
import type { Weight } from '../networks/weight-names.ts';

/** `PatchOperations` in the operations of a graph, in evaluation. */
export function patchGraphOperations<T>(
  graph: GraphOperations<T>,
  valuesOf: <Value extends tf.Tensor>(weight: Weight) => Value,
): PatchOperations<T> {
  return {
    segments: (waveforms, size) => graph.reshape(waveforms, [-1, size]),
    joinSegments(x, waveforms, { size, features }) {
      const count = graph.divide(graph.steps(waveforms), size);
      const firsts = graph.multiply(graph.range(graph.steps(waveforms, 0)), count);
      const places = graph.add(graph.expandDims(firsts, 1), graph.expandDims(graph.range(count), 0));
      return graph.reshape(graph.gather(x, places, 0), [0, -1, features]);
    },
    silentSteps(x, count) {
      const silence = graph.multiply(graph.slice(x, 1, 0, 1), 0);
      return count === 0 ? x : graph.concat([x, ...Array.from({ length: count }, () => silence)], 1);
    },
    patches(x, { weight, bias, rows, stride: [every, stride] }) {
      // a convolution over the steps for each row, whose features are the row's bins
      const [size, , bins, taps] = weight.shape as [number, number, number, number];
      const filters = tf.reshape(valuesOf(weight), [size, bins, taps]) as tf.Tensor3D;
      const convolution = { weight: filters, bias: valuesOf<tf.Tensor1D>(bias), stride };
      const ofRow = (row: number) => graph.convolution(graph.slice(x, -1, row * every, row * every + bins), convolution);
      return rows === 1
        ? ofRow(0)
        : graph.concat(
            Array.from({ length: rows }, (_, row) => ofRow(row)),
            1,
          );
    },
    prepend(x, weights) {
      const nothing = graph.multiply(graph.slice(x, 1, 0, 1), 0);
      return graph.concat([...weights.map((weight) => graph.add(nothing, graph.constant(valuesOf(weight)))), x], 1);
    },
    besideOneAnother(x, { skipped, rows, features }) {
      const grouped = graph.reshape(graph.slice(x, 1, skipped), [0, rows, -1, features]);
      return graph.reshape(graph.transpose(grouped, [0, 2, 1, 3]), [0, 0, rows * features]);
    },
  };
}
