import * as tf from '@tensorflow/tfjs-core';

/** @throws Error when the backend does not start; `setBackend` alone answers `false` and goes on with another */
export async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend)
    throw new Error(`the ${backend} backend of TensorFlow.js did not start`);
}

/** Without this TensorFlow.js prints a banner on every start. */
export function quiet(): void {
  tf.env().set('PROD', true);
}
