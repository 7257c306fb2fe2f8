import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { EngineInfo } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from '../backend.ts';
import { registerBatchMatMul } from './batch-mat-mul.ts';
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { registerIdentity } from './identity.ts';
import { registerSlice } from './slice.ts';
import { registerUnsortedSegmentSum } from './unsorted-segment-sum.ts';

let kernelsAdded = false;

/** Starts WebAssembly on one thread (several are fragile in Node) and adds the kernels that training misses there. */
export async function startWasm(): Promise<Pick<EngineInfo, 'library'>> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  quiet();
  if (!tf.findBackend('wasm')) wasm.setWasmPaths(`${folder}/`);
  await use('wasm');
  if (!kernelsAdded) {
    registerIdentity();
    registerSlice();
    registerBatchMatMul();
    registerConv2DBackpropFilter();
    registerUnsortedSegmentSum();
    kernelsAdded = true;
  }
  return { library: `tfjs-backend-wasm ${wasm.version_wasm}` };
}
