import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradient of a 2-D convolution with respect to its filter, which wasm lacks.
 *
 * For each position of the filter: the input seen through it, (inputs, positions), times the
 * gradient of the output, (positions, outputs).
 */
export function registerConv2DBackpropFilter(): void {
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc({ inputs, attrs }) {
      const x = inputs['x'] as tf.Tensor4D;
      const dy = inputs['dy'] as tf.Tensor4D;
      const { strides, pad, dimRoundingMode, filterShape, dataFormat } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
      if (dataFormat !== 'NHWC') throw new Error(`Conv2DBackpropFilter on wasm: data format ${dataFormat} is not supported, use NHWC`);
      const conv = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad as number, dimRoundingMode, false);
      const { padInfo, strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels } = conv;
      return tf.tidy(() => {
        const padded = tf.pad(x, [
          [0, 0],
          [padInfo.top, padInfo.bottom],
          [padInfo.left, padInfo.right],
          [0, 0],
        ]);
        const gradient = tf.reshape(dy, [-1, outChannels]);
        const positions: tf.Tensor[] = [];
        for (let row = 0; row < filterHeight; row++) {
          for (let column = 0; column < filterWidth; column++) {
            const end = [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1] as const;
            const seen = tf.stridedSlice(padded, [0, row, column, 0], [x.shape[0], ...end, inChannels], [1, strideHeight, strideWidth, 1]);
            positions.push(tf.matMul(tf.reshape(seen, [-1, inChannels]), gradient, true, false));
          }
        }
        return tf.reshape(tf.stack(positions), filterShape);
      });
    },
  });
}
