import { registerActivationGrads } from './activation-grads.ts';
import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerLstm } from './lstm.ts';

let added = false;

/**
 * Replaces the kernels of the `tensorflow` backend that have a faster form and adds those of ours, once.
 *
 * @param hasOwn our own ops are loaded; they compute on the CPU
 */
export function registerNativeKernels(hasOwn: boolean): void {
  if (added) return;
  registerBatchMatMul();
  registerActivationGrads();
  if (hasOwn) registerLstm();
  added = true;
}
