import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasmThreadedSimdModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import * as tf from '@tensorflow/tfjs-core';
import { use } from '../backend.ts';

/** What is asked of a browser, some of which workers alone have. */
interface Browser {
  readonly crossOriginIsolated?: boolean;
  readonly navigator: { readonly hardwareConcurrency?: number };
  readonly fetch: (address: string, options: { readonly method: string }) => Promise<{ readonly ok: boolean }>;
}

/** A started module, as its own functions are called. */
interface Module extends BackendWasmThreadedSimdModule {
  cwrap(name: string, returned: string | null, given: readonly string[]): never;
}

const browser = globalThis as unknown as Browser;
const script = 'tfjs-backend-wasm-threaded-simd.js';
const workerScript = 'tfjs-backend-wasm-threaded-simd.worker.js';

/** As many as the engine allows: one for two logical cores, which are often one, and eight at most. */
export const mostThreads = (): number => Math.min(8, Math.max(1, Math.floor((browser.navigator.hardwareConcurrency ?? 1) / 2)));

/**
 * Why WebAssembly gets one thread here; nothing where it may have several.
 *
 * @param folder address of the folder with the wasm files
 */
export async function whyOneThread(folder: string): Promise<string | undefined> {
  if (mostThreads() === 1) return 'on one thread, since there are no more processors for it';
  if (!browser.crossOriginIsolated) return 'on one thread, since the page is not cross-origin isolated';
  if (!(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'))) return 'on one thread, since this browser has no shared memory for it';
  // a thread whose script is not there is waited for for ever
  for (const name of [script, workerScript]) {
    const { ok } = await browser.fetch(`${folder}${name}`, { method: 'HEAD' }).catch(() => ({ ok: false }));
    if (!ok) return `on one thread, since there is no ${name} beside it`;
  }
  return undefined;
}

/**
 * Makes WebAssembly on several threads the current backend. The stock backend starts its threads from scripts that it makes of text (`blob:`),
 * which a strict Content-Security-Policy refuses; here they are loaded by address.
 *
 * @param folder address of the folder with the threaded `.wasm`, its `.js` and its `.worker.js`
 * @throws Error when it does not start, as where so much shared memory is not given; the stock backend is then registered as before
 */
export async function useThreadedWasm(folder: string, threads: number): Promise<void> {
  const stock = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => startThreaded(folder, threads), 2);
  try {
    await use('wasm');
  } catch (error) {
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', stock, 2);
    throw error;
  }
}

async function startThreaded(folder: string, threads: number): Promise<tf.KernelBackend> {
  const { default: start } = await import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
  const module = (await start({ mainScriptUrlOrBlob: `${folder}${script}`, locateFile: (file) => `${folder}${file}` })) as Module;
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  setThreadsCount(threads);
  return new BackendWasm(module);
}
