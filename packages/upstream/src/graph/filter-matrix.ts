import * as tf from '@tensorflow/tfjs-core';
import type { MelFilters } from '../features/mel-filters.ts';

/** Weight of each frequency in each filter, (bins, filters). */
export function filterMatrix({ count, ranges, weights }: MelFilters, bins: number): tf.Tensor2D {
  const matrix = new Float32Array(bins * count);
  let next = 0;
  for (let filter = 0; filter < count; filter++) {
    const [start, length] = [ranges[2 * filter]!, ranges[2 * filter + 1]!];
    for (let bin = start; bin < start + length; bin++) matrix[bin * count + filter] = weights[next++]!;
  }
  return tf.tensor2d(matrix, [bins, count]);
}
