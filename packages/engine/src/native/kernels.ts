import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerOwnOps } from './own-ops.ts';
import { registerSinglePasses } from './single-passes.ts';

let added = false;

/**
 * Replaces the kernels of the `tensorflow` backend that have a faster form and adds those of ours, once.
 *
 * @param hasOwn our own ops are loaded; they compute on the CPU
 */
export function registerNativeKernels(hasOwn: boolean): void {
  if (added) return;
  registerBatchMatMul();
  registerSinglePasses();
  if (hasOwn) registerOwnOps();
  added = true;
}
