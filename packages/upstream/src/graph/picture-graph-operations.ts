import type { GraphOperations } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { PictureOperations } from '../networks/operations/picture-operations.ts';
import type { Weight } from '../networks/weight-names.ts';

/** `PictureOperations` in the operations of a graph, in evaluation. */
export function pictureGraphOperations<T>(
  graph: GraphOperations<T>,
  valuesOf: <Value extends tf.Tensor>(weight: Weight) => Value,
): PictureOperations<T> {
  return {
    asPicture: (x) => graph.expandDims(graph.transpose(x, [0, 2, 1]), -1),
    pictureConvolution(x, { weight, bias }, { rows, steps, features }) {
      const [outputs, , height, width] = weight.shape as [number, number, number, number];
      // each row with those above and below it as features, and a convolution over the steps
      const nothing = graph.multiply(graph.slice(x, 1, 0, 1), 0);
      const margin = Array.from({ length: (height - 1) / 2 }, () => nothing);
      const wide = graph.concat([...margin, x, ...margin], 1);
      const beside = graph.concat(
        Array.from({ length: height }, (_, row) => graph.slice(wide, 1, row, row + rows)),
        -1,
      );
      const filters = tf.reshape(tf.transpose(valuesOf<tf.Tensor4D>(weight), [0, 2, 1, 3]), [outputs, height * features, width]);
      const convolution = { weight: filters as tf.Tensor3D, bias: valuesOf<tf.Tensor1D>(bias) };
      const ends = [(width - 1) / 2, (width - 1) / 2] as const;
      const convolved = graph.convolution(graph.reshape(beside, [-1, steps, height * features]), { ...convolution, padding: ends });
      return graph.reshape(convolved, [-1, rows, steps, outputs]);
    },
    halvedPicture(x, { rows, steps, features }) {
      const [half, halfSteps] = [Math.floor(rows / 2), Math.floor(steps / 2)];
      const even = graph.slice(graph.slice(x, 1, 0, 2 * half), 2, 0, 2 * halfSteps);
      const byRows = graph.max(graph.reshape(even, [-1, half, 2, 2 * halfSteps * features]), 2, false);
      return graph.reshape(graph.max(graph.reshape(byRows, [-1, half * halfSteps, 2, features]), 2, false), [
        -1,
        half,
        halfSteps,
        features,
      ]);
    },
    pictureSteps: (x, { rows, steps, features }) => graph.reshape(graph.transpose(x, [0, 2, 1, 3]), [-1, steps, rows * features]),
    largestAndMean: (x) => graph.add(graph.max(x, 1), graph.mean(x, 1)),
  };
}
