import * as tf from '@tensorflow/tfjs-core';
import { replaceKernel } from '../replace-kernel.ts';
import type { WasmBackend } from './wasm-backend.ts';

/** Replaces wasm's identity, which copies: the same values under a new tensor, as the other engines have it. Clones of the tape go through it. */
export function registerIdentity(): void {
  replaceKernel(tf.Identity, 'wasm', ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs['x'] as tf.TensorInfo;
    (backend as WasmBackend).incRef(dataId);
    return { dataId, shape, dtype };
  });
}
