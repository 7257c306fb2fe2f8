import * as tf from '@tensorflow/tfjs-core';

const probeMilliseconds = 600;

/** Speed of the current engine in GFLOP/s: products of square matrices for about half a second, the best of them. */
export async function measureSpeed(): Promise<number> {
  let best = 0;
  // the first product waits for the engine's threads or shaders
  const first = tf.tidy(() => tf.matMul(tf.ones([128, 128]), tf.ones([128, 128])));
  await first.data();
  first.dispose();
  // from small to large, so that a slow engine is not held up by one product
  for (const size of [128, 512, 1024]) {
    const [a, b] = [tf.randomUniform([size, size]), tf.randomUniform([size, size])];
    const start = performance.now();
    do {
      const before = performance.now();
      const product = tf.matMul(a, b);
      await product.data();
      product.dispose();
      best = Math.max(best, (2 * size ** 3) / (performance.now() - before) / 1e6);
    } while (performance.now() - start < probeMilliseconds / 3);
    tf.dispose([a, b]);
    if ((2 * 1024 ** 3) / best / 1e6 > probeMilliseconds) break;
  }
  return best;
}
