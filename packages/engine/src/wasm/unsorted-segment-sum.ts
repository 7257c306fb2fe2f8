import * as tf from '@tensorflow/tfjs-core';

/** Sums rows of the same segment, which wasm lacks; the gradient of `gather` needs it. Rows of a negative segment are left out. */
export function registerUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'wasm',
    kernelFunc({ inputs, attrs }) {
      const x = inputs['x'] as tf.Tensor;
      const segmentIds = inputs['segmentIds'] as tf.Tensor;
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const innerShape = x.shape.slice(segmentIds.rank);
      const width = innerShape.reduce((size, axis) => size * axis, 1);
      const [values, ids] = [x.dataSync(), segmentIds.dataSync()];
      const sums = x.dtype === 'int32' ? new Int32Array(numSegments * width) : new Float32Array(numSegments * width);
      ids.forEach((segment, row) => {
        if (segment < 0) return;
        for (let column = 0; column < width; column++) sums[segment * width + column]! += values[row * width + column]!;
      });
      return tf.tensor(sums, [numSegments, ...innerShape], x.dtype);
    },
  });
}
