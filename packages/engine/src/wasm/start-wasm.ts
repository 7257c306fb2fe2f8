import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { EngineInfo } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from '../backend.ts';
import { productsOnThreads } from './products-on-threads.ts';
import { registerWasmKernels } from './wasm-kernels.ts';

/** Starts WebAssembly and adds the kernels that training misses there; large matrix products are spread over threads, everything else has one. */
export async function startWasm(): Promise<Pick<EngineInfo, 'library'>> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  quiet();
  if (!tf.findBackend('wasm')) wasm.setWasmPaths(`${folder}/`);
  await use('wasm');
  let products: ReturnType<typeof productsOnThreads> | undefined;
  try {
    products = productsOnThreads();
  } catch {
    // the system gives no shared memory
  }
  registerWasmKernels(products);
  const threads = products && products.threads > 1 ? `${products.threads} threads` : 'one thread';
  return { library: `tfjs-backend-wasm ${wasm.version_wasm}, matrix products on ${threads}` };
}
