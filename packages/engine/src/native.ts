import { createRequire } from 'node:module';
import util from 'node:util';
import { type EngineInfo, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from './backend.ts';
import { engineCacheDir, installedNatives } from './install/installed-native.ts';
import { registerNativeKernels } from './native/kernels.ts';
import { loadInstalled } from './native/load-installed.ts';

// GPU build first: without a driver it computes on the CPU
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * Starts TensorFlow's C library: from tfjs-node's packages where the program has one, else as `installNativeEngine` left it.
 *
 * @throws InputError when none loads: what each one said, and how to get one
 */
export async function startNative(cacheDir = engineCacheDir()): Promise<Pick<EngineInfo, 'library'>> {
  restoreRemovedUtilities();
  const failures: string[] = [];
  for (const name of packages) {
    try {
      const { version } = requireFromProgram(name) as { version: { 'tfjs-node'?: string } };
      await start();
      return { library: `${name.replace('@tensorflow/', '')} ${version['tfjs-node'] ?? tf.version_core}${device(name.endsWith('gpu'))}` };
    } catch (error) {
      failures.push(`${name} ${isMissing(error, name) ? 'is not installed' : `does not load: ${(error as Error).message.split('\n')[0]}`}`);
    }
  }
  const installed = installedNatives(cacheDir);
  for (const { directory, libtensorflow, gpu } of installed) {
    try {
      loadInstalled(directory);
      await start();
      return { library: `tfjs-node 4.22.0 on libtensorflow ${libtensorflow}${device(gpu)}` };
    } catch (error) {
      failures.push(`the one in ${directory} does not load: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  if (installed.length === 0) failures.push('and `s3 engine install` has not been run');
  throw new InputError(
    'engine native',
    failures.join(', '),
    'one of them with its TensorFlow library',
    'Run `npx s3 engine install`, which brings the library through pip, or `npm install @tensorflow/tfjs-node`, which downloads one itself; or use `--engine wasm`, which needs nothing.',
  );
}

/** Starts an engine that is not yet known to be whole; for the installer's check. */
export async function startNativeIn(directory: string): Promise<void> {
  restoreRemovedUtilities();
  loadInstalled(directory);
  await start();
}

async function start(): Promise<void> {
  quiet();
  await use('tensorflow');
  registerNativeKernels();
}

function device(madeForGpu: boolean): string {
  if (!madeForGpu) return '';
  const { isUsingGpuDevice } = tf.backend() as tf.KernelBackend & { readonly isUsingGpuDevice?: boolean };
  return isUsingGpuDevice ? ', on the GPU' : ', made for GPUs but on the CPU, since CUDA finds no GPU with a driver';
}

/** From beside this package, else from beside the program: package managers that keep strict folders hide one from the other. */
function requireFromProgram(name: string): unknown {
  const require = createRequire(import.meta.url);
  try {
    return require(name);
  } catch (error) {
    const program = process.argv[1];
    if (!program || !isMissing(error, name)) throw error;
    return createRequire(program)(name);
  }
}

/** Node 23 removed two functions that tfjs-node 4.22 calls. */
function restoreRemovedUtilities(): void {
  const removed = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  removed.isNullOrUndefined ??= (value) => value === null || value === undefined;
  removed.isArray ??= Array.isArray;
}

function isMissing(error: unknown, name: string): boolean {
  return (error as { code?: string }).code === 'MODULE_NOT_FOUND' && (error as Error).message.includes(`'${name}'`);
}
