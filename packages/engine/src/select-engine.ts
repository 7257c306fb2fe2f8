import { type EngineInfo, type EngineName, InputError, type SelectEngine } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from './backend.ts';
import './gradients.ts';
import { startNative } from './native.ts';
import { startWasm } from './wasm/start-wasm.ts';

type Started = Omit<EngineInfo, 'name' | 'reason'>;

const starters: { readonly [Name in EngineInfo['name']]: (cacheDir?: string) => Promise<Started> } = {
  native: startNative,
  wasm: startWasm,
  cpu: startCpu,
};

/** What `auto` tries, fastest first. Plain JavaScript is last: about 75 times slower than wasm. */
const fastestFirst = ['native', 'wasm', 'cpu'] as const;

/**
 * Makes an engine TensorFlow.js's current one, with the gradients and kernels that training needs.
 *
 * - `native`: TensorFlow's C library through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`, where the
 *   program has one that loads (a failed download leaves its folder behind), else as `installNativeEngine` left it
 * - `wasm`: WebAssembly with SIMD, in every install
 * - `cpu`: plain JavaScript, for tests and last resort
 * - `auto`: the first of these that works
 *
 * @param cacheDir where `installNativeEngine` was told to put its engines; this user's cache unless given
 * @throws InputError when the engine that was asked for by name does not start: why, and what to do
 */
export const selectEngine = (async (name: EngineName, cacheDir?: string) => {
  if (name !== 'auto') {
    const starter = starters[name];
    if (!starter) throw new InputError('setting engine', `'${name}'`, `one of ${engineNames.join(', ')}`, 'Choose one of these.');
    return { name, ...(await starter(cacheDir)), reason: `${name} was asked for` };
  }
  const failures: string[] = [];
  for (const candidate of fastestFirst) {
    try {
      const started = await starters[candidate](cacheDir);
      return { name: candidate, ...started, reason: [`${candidate} is the fastest that works here`, ...failures].join('; ') };
    } catch (error) {
      failures.push(`${candidate}: ${firstLine(error)}`);
    }
  }
  throw new InputError('setting engine', `no engine that starts (${failures.join('; ')})`, 'at least wasm', 'Install the packages again.');
}) satisfies SelectEngine;

/** Every name that `selectEngine` takes. */
export const engineNames: readonly EngineName[] = ['auto', ...fastestFirst];

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
