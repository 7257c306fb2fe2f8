import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import { isOnHeap, type WasmBackend } from './wasm-backend.ts';

/** Replaces wasm's gather where indices come in batches: the stock one reads those of the first entry for all, and forgets the shape of what is empty. */
export function registerGather(): void {
  replaceKernel(tf.GatherV2, 'wasm', (call, stock) => {
    const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
    const { axis, batchDims } = call.attrs as unknown as tf.GatherV2Attrs;
    if (!isOnHeap(x) || (batchDims === 0 && !x.shape.includes(0))) return stock(call);
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const shapes = tf.backend_util.segment_util.collectGatherOpShapeInfo(x as tf.Tensor, indices as tf.Tensor, along, batchDims);
    return gather(call.backend as WasmBackend, x, indices, shapes);
  });
}

function gather(
  backend: WasmBackend,
  x: tf.TensorInfo,
  indices: tf.TensorInfo,
  { batchSize, outerSize, dimSize, sliceSize, outputShape }: tf.backend_util.segment_util.GatherOpShapeInfo,
): tf.TensorInfo {
  const out = backend.makeOutput(outputShape, x.dtype);
  const [source, places, target] = [x, indices, out].map((tensor) => backend.typedArrayFromHeap(tensor)) as [Heap, Heap, Heap];
  const outside = places.find((place) => !(place >= 0 && place < dimSize));
  if (outside !== undefined) {
    backend.disposeData(out.dataId);
    throw new Error(`GatherV2: the index value ${outside} is not in [0, ${dimSize - 1}]`);
  }
  const each = batchSize === 0 ? 0 : places.length / batchSize;
  let to = 0;
  for (let batch = 0; batch < batchSize; batch++) {
    for (let outer = 0; outer < outerSize; outer++) {
      const first = (batch * outerSize + outer) * dimSize;
      for (let index = 0; index < each; index++, to += sliceSize) {
        const from = (first + places[batch * each + index]!) * sliceSize;
        for (let element = 0; element < sliceSize; element++) target[to + element] = source[from + element]!;
      }
    }
  }
  return out;
}

type Heap = ReturnType<WasmBackend['typedArrayFromHeap']>;
