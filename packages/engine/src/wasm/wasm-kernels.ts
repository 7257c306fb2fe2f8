import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerConv2D } from './conv2d.ts';
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { registerGather } from './gather.ts';
import { registerIdentity } from './identity.ts';
import type { LargeProducts } from './large-products.ts';
import { refuseFullMemory } from './refuse-full-memory.ts';
import { registerSlice } from './slice.ts';
import { registerSum } from './sum.ts';
import { registerTile } from './tile.ts';
import { registerUnsortedSegmentSum } from './unsorted-segment-sum.ts';

let kernelsAdded = false;

/**
 * Adds the kernels that training misses on wasm, and faster ones for some that are there; what does not fit into memory is refused.
 *
 * @param large what does large matrix products and convolutions, if not the backend's own kernels
 */
export function registerWasmKernels(large?: LargeProducts): void {
  if (kernelsAdded) return;
  refuseFullMemory();
  registerIdentity();
  registerSlice();
  registerTile();
  registerSum();
  registerGather();
  registerBatchMatMul(large);
  if (large) registerConv2D(large);
  registerConv2DBackpropFilter();
  registerUnsortedSegmentSum();
  kernelsAdded = true;
}
