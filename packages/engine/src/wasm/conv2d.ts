import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { LargeProducts, ProductShape } from './large-products.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** Replaces wasm's convolution where it is one over frames without padding and large: what the filter sees of the input lies side by side, so that it is a matrix product. */
export function registerConv2D(large: LargeProducts): void {
  replaceKernel(tf.Conv2D, 'wasm', (call, stock) => {
    const { x, filter } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attrs as unknown as tf.Conv2DAttrs;
    const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
    const shapes = [x.shape, filter.shape] as [Four, Four];
    const conv = tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad as number, dimRoundingMode, false, format);
    const shape = productShape(conv);
    if (!shape || !large.isLarge(shape)) return stock(call);
    const backend = call.backend as WasmBackend;
    const out = backend.makeOutput(conv.outShape, 'float32');
    const [input, weights, output] = [x, filter, out].map((tensor) => backend.typedArrayFromHeap(tensor)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const [inputSize, outputSize] = [conv.inHeight * conv.inWidth * conv.inChannels, shape.rows * shape.columns];
    for (let entry = 0; entry < conv.batchSize; entry++) {
      const seen = input.subarray(entry * inputSize, (entry + 1) * inputSize);
      large.multiply(output.subarray(entry * outputSize, (entry + 1) * outputSize), seen, weights, shape);
    }
    return out;
  });
}

type Four = [number, number, number, number];

/** Frames of one entry of the batch times the filter; nothing for a convolution that is not over frames alone. */
function productShape(conv: tf.backend_util.Conv2DInfo): ProductShape | undefined {
  const { top, bottom, left, right } = conv.padInfo;
  const isPlain =
    conv.dataFormat === 'channelsLast' && top + bottom + left + right === 0 && conv.dilationHeight === 1 && conv.dilationWidth === 1;
  const isOverWidth = conv.inHeight === 1 && conv.filterHeight === 1;
  const isOverHeight = conv.inWidth === 1 && conv.filterWidth === 1;
  if (!isPlain || !(isOverWidth || isOverHeight)) return undefined;
  return {
    rows: conv.outHeight * conv.outWidth,
    inner: conv.filterHeight * conv.filterWidth * conv.inChannels,
    columns: conv.outChannels,
    stride: (isOverWidth ? conv.strideWidth : conv.strideHeight) * conv.inChannels,
    transposeA: false,
    transposeB: false,
  };
}
