import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { registerGather } from './gather.ts';
import { registerIdentity } from './identity.ts';
import { registerSlice } from './slice.ts';
import { registerUnsortedSegmentSum } from './unsorted-segment-sum.ts';

let kernelsAdded = false;

/** Adds the kernels that training misses on wasm, and faster ones for some that are there. */
export function registerWasmKernels(): void {
  if (kernelsAdded) return;
  registerIdentity();
  registerSlice();
  registerGather();
  registerBatchMatMul();
  registerConv2DBackpropFilter();
  registerUnsortedSegmentSum();
  kernelsAdded = true;
}
