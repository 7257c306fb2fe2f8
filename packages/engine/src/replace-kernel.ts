import * as tf from '@tensorflow/tfjs-core';

/**
 * Puts another function in the place of a backend's kernel.
 *
 * @param compute what is called instead; `stock` is what stood there
 */
export function replaceKernel(
  kernelName: string,
  backendName: string,
  compute: (call: Parameters<tf.KernelFunc>[0], stock: tf.KernelFunc) => ReturnType<tf.KernelFunc>,
): void {
  const stock = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...stock, kernelFunc: (call) => compute(call, stock.kernelFunc) });
}
