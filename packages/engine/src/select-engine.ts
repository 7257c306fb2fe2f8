import { type EngineInfo, type EngineName, InputError, type SelectEngine } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from './backend.ts';
import './gradients.ts';
import { startNative } from './native.ts';
import { startWasm } from './wasm/start-wasm.ts';
import { startWebgpu } from './webgpu/start-webgpu.ts';

interface Started extends Pick<EngineInfo, 'library'> {
  /** it computes on a GPU */
  readonly isOnGpu?: boolean;
  /** what a user has to know of it beside its speed */
  readonly caution?: string;
}

type Name = EngineInfo['name'];

const starters: { readonly [name in Name]: (cacheDir?: string) => Promise<Started> } = {
  native: startNative,
  webgpu: () => startWebgpu(),
  wasm: startWasm,
  cpu: startCpu,
};

/** What `auto` tries, in this order. Plain JavaScript is last: about 75 times slower than wasm. */
const fastestFirst: readonly { readonly name: Name; readonly start: (cacheDir?: string) => Promise<Started>; readonly onGpu?: true }[] = [
  { name: 'native', start: startNative, onGpu: true },
  { name: 'webgpu', start: () => startWebgpu({ hardwareOnly: true }) },
  { name: 'native', start: startNative },
  { name: 'wasm', start: startWasm },
  { name: 'cpu', start: startCpu },
];

/**
 * Makes an engine TensorFlow.js's current one, with the gradients and kernels that training needs.
 *
 * - `native`: TensorFlow's C library through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`, where the
 *   program has one that loads (a failed download leaves its folder behind), else as `installNativeEngine` left it
 * - `webgpu`: the GPU of any vendor by way of the packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`
 * - `wasm`: WebAssembly with SIMD, in every install
 * - `cpu`: plain JavaScript, for tests and last resort
 * - `auto`: the first that works of native on a GPU, webgpu on a GPU, native, wasm, cpu
 *
 * @param cacheDir where `installNativeEngine` was told to put its engines; this user's cache unless given
 * @throws InputError when the engine that was asked for by name does not start: why, and what to do
 */
export const selectEngine = (async (name: EngineName, cacheDir?: string) => {
  if (name !== 'auto') {
    const starter = starters[name];
    if (!starter) throw new InputError('setting engine', `'${name}'`, `one of ${engineNames.join(', ')}`, 'Choose one of these.');
    const { library, caution } = await starter(cacheDir);
    return { name, library, reason: [`${name} was asked for`, ...(caution ? [caution] : [])].join('; ') };
  }
  const failures = new Map<Name, string>();
  for (const candidate of fastestFirst) {
    if (!candidate.onGpu && candidate.name === 'native' && failures.has('native')) continue; // it does not start at all
    try {
      const { library, isOnGpu } = await candidate.start(cacheDir);
      if (candidate.onGpu && !isOnGpu) continue;
      const tried = [...failures].map(([failed, why]) => `${failed}: ${why}`);
      return { name: candidate.name, library, reason: [`${candidate.name} is the fastest that works here`, ...tried].join('; ') };
    } catch (error) {
      failures.set(candidate.name, firstLine(error));
    }
  }
  const tried = [...failures].map(([failed, why]) => `${failed}: ${why}`);
  throw new InputError('setting engine', `no engine that starts (${tried.join('; ')})`, 'at least wasm', 'Install the packages again.');
}) satisfies SelectEngine;

/** Every name that `selectEngine` takes. */
export const engineNames: readonly EngineName[] = ['auto', ...(Object.keys(starters) as Name[])];

async function startCpu(): Promise<Started> {
  await import('@tensorflow/tfjs-backend-cpu');
  quiet();
  await use('cpu');
  return { library: `tfjs-backend-cpu ${tf.version_core}` };
}

function firstLine(error: unknown): string {
  if (error instanceof InputError) return error.found;
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
