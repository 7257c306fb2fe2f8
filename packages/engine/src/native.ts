import util from 'node:util';
import { type EngineInfo, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from './backend.ts';
import { engineCacheDir, installedNatives } from './install/installed-native.ts';
import { registerNativeKernels } from './native/kernels.ts';
import { loadInstalled } from './native/load-installed.ts';
import { missingGpu } from './native/missing-gpu.ts';
import { loadOwnKernels } from './native/own-kernels.ts';
import { isMissing, requireFromProgram } from './require-from-program.ts';

/** Part of the name of a library that lacks our own kernels. */
export const withoutKernels = ", without S3's own kernels";

/** Part of the name of a GPU build that has no GPU. */
export const withoutGpu = ', made for GPUs but on the CPU';

// GPU build first: without a driver it computes on the CPU
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** How TensorFlow's C library was started. */
export interface StartedNative extends Pick<EngineInfo, 'library'> {
  readonly isOnGpu: boolean;
}

/**
 * Starts TensorFlow's C library: from tfjs-node's packages where the program has one, else as `installNativeEngine` left it.
 *
 * @throws InputError when none loads: what each one said, and how to get one
 */
export async function startNative(cacheDir = engineCacheDir()): Promise<StartedNative> {
  prepare();
  const failures: string[] = [];
  for (const name of packages) {
    try {
      const { version } = requireFromProgram(name) as { version: { 'tfjs-node'?: string } };
      await start();
      return {
        library: `${name.replace('@tensorflow/', '')} ${version['tfjs-node'] ?? tf.version_core}${device(name.endsWith('gpu'))}`,
        isOnGpu: isOnGpu(),
      };
    } catch (error) {
      failures.push(`${name} ${isMissing(error, name) ? 'is not installed' : `does not load: ${(error as Error).message.split('\n')[0]}`}`);
    }
  }
  const installed = installedNatives(cacheDir);
  for (const { directory, libtensorflow, gpu } of installed) {
    try {
      const hasOwn = await startInstalled(directory);
      const kernels = hasOwn || isOnGpu() ? '' : withoutKernels;
      return { library: `tfjs-node 4.22.0 on libtensorflow ${libtensorflow}${kernels}${device(gpu)}`, isOnGpu: isOnGpu() };
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

/**
 * Starts an engine that is not yet known to be whole; for the installer's check.
 *
 * @returns whether our own kernels are loaded
 */
export async function startNativeIn(directory: string): Promise<boolean> {
  prepare();
  return startInstalled(directory);
}

async function startInstalled(directory: string): Promise<boolean> {
  loadInstalled(directory);
  return start(() => loadOwnKernels(directory));
}

async function start(loadOwn: () => boolean = () => false): Promise<boolean> {
  quiet();
  await use('tensorflow');
  const hasOwn = !isOnGpu() && loadOwn();
  registerNativeKernels({ own: hasOwn, gpu: isOnGpu() });
  return hasOwn;
}

function device(madeForGpu: boolean): string {
  if (!madeForGpu) return '';
  return isOnGpu() ? ', on the GPU' : `${withoutGpu}, since ${missingGpu().reason}`;
}

function isOnGpu(): boolean {
  return (tf.backend() as tf.KernelBackend & { readonly isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
}

/** What has to be so before the library is loaded; variables that a user has set stay as they are. */
function prepare(): void {
  restoreRemovedUtilities();
  // TensorFlow takes all of a GPU's memory at once unless it is told to ask for what it needs
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // floats of 19 bits instead of 32 in every product, TensorFlow's default on NVIDIA GPUs, would give other metrics there than elsewhere
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';
}

/** Node 23 removed two functions that tfjs-node 4.22 calls. */
function restoreRemovedUtilities(): void {
  const removed = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  removed.isNullOrUndefined ??= (value) => value === null || value === undefined;
  removed.isArray ??= Array.isArray;
}
