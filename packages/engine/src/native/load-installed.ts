import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

/** The hand-over point that `sharedCorePackages` read; named in files on disk, so it never changes. */
export const sharedCoreKey = 's3.engine.tfjs-core';

interface Backend extends tf.KernelBackend {
  readonly isUsingGpuDevice: boolean;
}

/**
 * Loads tfjs-node's kernels and binding from an installed engine and registers the `tensorflow` backend.
 *
 * Its `@tensorflow/tfjs` and `@tensorflow/tfjs-core` are files of one line that give this program's own copy of
 * tfjs-core, so there is one engine, one class of tensors and one registry. tfjs-node's `index.js` is not loaded: it
 * needs the union package with layers and data, which nothing here uses.
 */
export function loadInstalled(directory: string): void {
  if (tf.findBackend('tensorflow')) return;
  (globalThis as { [key: symbol]: unknown })[Symbol.for(sharedCoreKey)] = tf;
  // read when the library is loaded: notes about CPU features are nothing to a user
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const load = createRequire(join(directory, 'package.json'));
  const binding = load('@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node') as object;
  const { NodeJSKernelBackend } = load('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (binding: object, packageName: string) => Backend;
  };
  load('@tensorflow/tfjs-node/dist/register_all_kernels.js');
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
}
