import { type EngineInfo, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from '../backend.ts';
import { isMissing, requireFromProgram, resolveFromProgram } from '../require-from-program.ts';
import { adapterName, isSoftware } from './adapter.ts';
import { registerAddN } from './add-n.ts';
import { startDawn } from './dawn.ts';
import type { Polling } from './polling.ts';
import { mendReading } from './reading.ts';
import { vulkanDrivers } from './vulkan-drivers.ts';
import type { WebgpuBackend } from './webgpu-backend.ts';

const packages = ['webgpu', '@tensorflow/tfjs-backend-webgpu'] as const;
const elsewhere = 'or use `--engine native` or `--engine wasm`';

/** How WebGPU was started. */
export interface StartedWebgpu extends Pick<EngineInfo, 'library'> {
  readonly isOnGpu: boolean;
  /** told where the adapter is a processor that plays a GPU */
  readonly caution?: string;
}

/**
 * Starts TensorFlow.js on WebGPU, through Dawn: any vendor's GPU by Vulkan, Metal or Direct3D, without CUDA.
 *
 * @param hardwareOnly refuses adapters that are software, as `auto` has to
 * @throws InputError when a package is missing or no adapter is found: which, and what to do
 */
export async function startWebgpu({ hardwareOnly = false } = {}): Promise<StartedWebgpu> {
  for (const name of packages) await loading(name, () => resolveFromProgram(name));
  // without a driver Dawn writes lines of its own to the terminal, so it is not asked
  if (process.platform === 'linux' && vulkanDrivers().length === 0) throw noAdapter('no Vulkan driver');
  const { gpu, polling } = await loading('webgpu', startDawn);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw noAdapter('no GPU that WebGPU can use');
  const software = isSoftware(adapter);
  if (software && hardwareOnly) throw noAdapter(`only a software adapter (${adapterName(adapter)})`);
  await startBackend(polling);
  return {
    library: `tfjs-backend-webgpu ${tf.version_core} on ${adapterName(adapter)}, ${software ? 'a software adapter' : 'a hardware adapter'}`,
    isOnGpu: !software,
    ...(software && { caution: 'its adapter is software, slower than wasm and good for tests alone' }),
  };
}

async function startBackend(polling: Polling): Promise<void> {
  quiet();
  const isNew = !tf.findBackend('webgpu');
  if (isNew) {
    await loading(packages[1], () => requireFromProgram(packages[1]));
  }
  await use('webgpu');
  if (!isNew) return;
  mendReading(tf.backend() as WebgpuBackend, polling);
  registerAddN();
}

async function loading<T>(name: string, load: () => T | Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const isAbsent = isMissing(error, name);
    throw new InputError(
      'engine webgpu',
      isAbsent ? `${name} is not installed` : `${name} does not load: ${(error as Error).message.split('\n')[0]}`,
      `the packages ${packages.join(' and ')}`,
      `Run \`npm install ${packages.join(' ')}\`${isAbsent ? '' : ' again'}, ${elsewhere}.`,
    );
  }
}

function noAdapter(found: string): InputError {
  const remedy =
    process.platform === 'linux'
      ? "Install the GPU's Vulkan driver (Debian: mesa-vulkan-drivers for AMD and Intel, nvidia-driver for NVIDIA; `vulkaninfo --summary` lists what is found)"
      : "Install the GPU's current driver";
  return new InputError(
    'engine webgpu',
    found,
    'a GPU with its driver, or a software adapter that is asked for by name',
    `${remedy}, ${elsewhere}.`,
  );
}
