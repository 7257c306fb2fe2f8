import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { EngineInfo } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from '../backend.ts';
import { registerWasmKernels } from './wasm-kernels.ts';

/** Starts WebAssembly on one thread (several would keep Node from ending, see `bench/README.md`) and adds the kernels that training misses there. */
export async function startWasm(): Promise<Pick<EngineInfo, 'library'>> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  quiet();
  if (!tf.findBackend('wasm')) wasm.setWasmPaths(`${folder}/`);
  await use('wasm');
  registerWasmKernels();
  return { library: `tfjs-backend-wasm ${wasm.version_wasm}` };
}
