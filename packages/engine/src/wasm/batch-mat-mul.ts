import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces wasm's matrix product, which falls to about a fifteenth of its speed with a
 * transpose flag or a batch: transposes first, then one plain product for each batch entry.
 */
export function registerBatchMatMul(): void {
  const stock = tf.getKernel(tf.BatchMatMul, 'wasm');
  const plain = (a: tf.Tensor, b: tf.Tensor, backend: object): tf.Tensor => {
    const info = stock.kernelFunc({ inputs: { a, b }, backend, attrs: { transposeA: false, transposeB: false } }) as tf.TensorInfo;
    return tf.engine().makeTensorFromTensorInfo(info);
  };
  tf.unregisterKernel(tf.BatchMatMul, 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc({ inputs, backend, attrs }) {
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      return tf.tidy(() => {
        const a = transposeA ? swapLastTwo(inputs['a'] as tf.Tensor) : (inputs['a'] as tf.Tensor);
        const b = transposeB ? swapLastTwo(inputs['b'] as tf.Tensor) : (inputs['b'] as tf.Tensor);
        const [batchA, batchB] = [batchOf(a), batchOf(b)];
        if (batchA === 1 && batchB === 1) return plain(a, b, backend);
        if (batchA !== batchB && batchA !== 1 && batchB !== 1) return plain(a, b, backend); // several broadcast axes

        const rowsOf = (x: tf.Tensor) => tf.unstack(tf.reshape(x, [batchOf(x), ...x.shape.slice(-2)]));
        const [left, right] = [rowsOf(a), rowsOf(b)];
        const products = Array.from({ length: Math.max(batchA, batchB) }, (_, entry) =>
          plain(left[batchA === 1 ? 0 : entry]!, right[batchB === 1 ? 0 : entry]!, backend),
        );
        const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
        return tf.reshape(tf.stack(products), [...batchShape, a.shape.at(-2)!, b.shape.at(-1)!]);
      });
    },
  });
}

const batchOf = (x: tf.Tensor) => x.shape.slice(0, -2).reduce((size, axis) => size * axis, 1);

function swapLastTwo(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
