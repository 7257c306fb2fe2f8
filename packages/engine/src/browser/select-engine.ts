import { type EngineInfo, type EngineName, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from '../backend.ts';
import '../gradients.ts';
import { registerWasmKernels } from '../wasm/wasm-kernels.ts';
import { adapterName, isSoftware } from '../webgpu/adapter.ts';
import { registerAddN } from '../webgpu/add-n.ts';
import type { Gpu } from '../webgpu/dawn.ts';
import { mostThreads, useThreadedWasm, whyOneThread } from './threaded-wasm.ts';

type Name = Exclude<EngineInfo['name'], 'native'>;
type Started = Pick<EngineInfo, 'library'> & { readonly caution?: string };

export interface BrowserEngineOptions {
  /** of wasm: half of the logical cores by default and at most, where the browser lets a page have threads; 1 for the build without them */
  readonly threads?: number | undefined;
}

/** Every name that `selectEngine` takes in a browser. */
export const engineNames: readonly Exclude<EngineName, 'native'>[] = ['auto', 'webgpu', 'wasm', 'cpu'];

/**
 * Makes an engine of a browser TensorFlow.js's current one, with the gradients and kernels that training needs.
 *
 * - `webgpu`: the GPU, where the browser offers it
 * - `wasm`: WebAssembly with SIMD, on several threads where the page is cross-origin isolated
 * - `cpu`: plain JavaScript, as last resort
 * - `auto`: the first that works, where a GPU played by software does not count
 *
 * @param wasmFolder address of the folder that holds the `.wasm` files of `@tensorflow/tfjs-backend-wasm`, with the scripts of its threads
 * @throws InputError when the engine that was asked for by name does not start
 */
export async function selectEngine(name: EngineName, wasmFolder = './wasm/', { threads }: BrowserEngineOptions = {}): Promise<EngineInfo> {
  const starters: { readonly [Engine in Name]: () => Promise<Started> } = {
    webgpu: () => startWebgpu({ hardwareOnly: name === 'auto' }),
    wasm: () => startWasm(wasmFolder, threads),
    cpu: startCpu,
  };
  if (name !== 'auto' && !Object.hasOwn(starters, name)) {
    throw new InputError('setting engine', `'${name}'`, `one of ${engineNames.join(', ')} in a browser`, 'Choose one of these.');
  }
  const failures: string[] = [];
  for (const candidate of name === 'auto' ? (Object.keys(starters) as Name[]) : [name as Name]) {
    try {
      const { library, caution } = await starters[candidate]();
      const why = name === 'auto' ? `${candidate} is the fastest that works here` : `${candidate} was asked for`;
      return { name: candidate, library, reason: [why, ...(caution ? [caution] : []), ...failures].join('; ') };
    } catch (error) {
      if (name !== 'auto') throw InputError.isInstance(error) ? error : failed(candidate, firstLine(error), error);
      failures.push(`${candidate}: ${error instanceof InputError ? error.found : firstLine(error)}`);
    }
  }
  throw failed('auto', `no engine that starts (${failures.join('; ')})`);
}

async function startWebgpu({ hardwareOnly }: { readonly hardwareOnly: boolean }): Promise<Started> {
  const { gpu } = (globalThis as unknown as { readonly navigator: { readonly gpu?: Gpu } }).navigator;
  if (!gpu) throw failed('webgpu', 'a browser without WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw failed('webgpu', 'no GPU that WebGPU can use');
  const software = isSoftware(adapter);
  if (software && hardwareOnly) throw failed('webgpu', `only a software adapter (${adapterName(adapter)})`);
  quiet();
  const isNew = !tf.findBackend('webgpu');
  // optional, so a bundler may not find it; without `catch` esbuild would refuse to bundle anything
  await import('@tensorflow/tfjs-backend-webgpu').catch((cause) => {
    throw failed('webgpu', 'a page without the package @tensorflow/tfjs-backend-webgpu', cause);
  });
  await use('webgpu');
  if (isNew) registerAddN();
  const kind = software ? 'a software adapter' : 'a hardware adapter';
  return {
    library: `tfjs-backend-webgpu ${tf.version_core} on ${adapterName(adapter)}, ${kind}`,
    ...(software && { caution: 'its adapter is software, slower than wasm and good for tests alone' }),
  };
}

async function startWasm(folder: string, threads = mostThreads()): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  quiet();
  const why =
    threads === 1 && mostThreads() > 1
      ? 'on one thread'
      : ((await whyOneThread(folder)) ??
        (await useThreadedWasm(folder, threads).catch(
          (error: unknown) => `on one thread, since several do not start (${firstLine(error)})`,
        )));
  if (why !== undefined) {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (!tf.findBackendFactory('wasm')) throw new Error('the wasm backend of TensorFlow.js is not registered');
    wasm.setWasmPaths(folder);
    await use('wasm');
  }
  registerWasmKernels();
  return { library: `tfjs-backend-wasm ${wasm.version_wasm} ${why ?? `on ${wasm.getThreadsCount()} threads`}` };
}

async function startCpu(): Promise<Started> {
  await import('@tensorflow/tfjs-backend-cpu');
  quiet();
  await use('cpu');
  return { library: `tfjs-backend-cpu ${tf.version_core}` };
}

const failed = (engine: string, found: string, cause?: unknown) =>
  new InputError(`engine ${engine}`, found, 'an engine that this browser can start', "Choose 'auto' or 'wasm', or use a current browser.", {
    cause,
  });

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
