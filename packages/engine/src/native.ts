import { createRequire } from 'node:module';
import util from 'node:util';
import { type EngineInfo, InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { quiet, use } from './backend.ts';

// GPU build first: without a driver it computes on the CPU
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * Starts TensorFlow's C library.
 *
 * @throws InputError when neither package loads: what each one said, and how to get one
 */
export async function startNative(): Promise<Pick<EngineInfo, 'library'>> {
  restoreRemovedUtilities();
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  for (const name of packages) {
    try {
      const { version } = require(name) as { version: { 'tfjs-node'?: string } };
      quiet();
      await use('tensorflow');
      return { library: `${name.replace('@tensorflow/', '')} ${version['tfjs-node'] ?? tf.version_core}` };
    } catch (error) {
      failures.push(`${name} ${isMissing(error, name) ? 'is not installed' : `does not load: ${(error as Error).message.split('\n')[0]}`}`);
    }
  }
  throw new InputError(
    'engine native',
    failures.join(', '),
    'one of them installed with its TensorFlow library',
    'Run `npm install @tensorflow/tfjs-node` (it downloads the library), or use `--engine wasm`, which needs nothing.',
  );
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
