import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerCudnnRecurrence } from './cudnn-recurrence.ts';
import { registerOwnOps } from './own-ops.ts';
import { registerPassThrough } from './pass-through.ts';
import { registerSinglePasses } from './single-passes.ts';

let added = false;

/**
 * Replaces the kernels of the `tensorflow` backend that have a faster form and adds those of ours, once.
 *
 * @param own our own ops are loaded; they compute on the CPU
 * @param gpu TensorFlow computes on an NVIDIA GPU
 */
export function registerNativeKernels({ own, gpu }: { readonly own: boolean; readonly gpu: boolean }): void {
  if (added) return;
  registerBatchMatMul();
  registerSinglePasses();
  registerPassThrough();
  if (own) registerOwnOps();
  if (gpu) registerCudnnRecurrence();
  added = true;
}
