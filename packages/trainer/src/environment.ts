import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { EngineInfo } from '@s3/interface';
import { version_core } from '@tensorflow/tfjs-core';

/** What a run ran on, for `environment.json` and the report. */
export interface Environment {
  readonly engine: EngineInfo;
  /** package or program to version */
  readonly versions: { readonly [name: string]: string };
  readonly platform: string;
  readonly processor: string;
  /** threads that this process may use at once */
  readonly cores: number;
  /** GiB that this process may use */
  readonly memoryGibibytes: number;
  readonly seed?: number;
  readonly command: string;
}

/**
 * Versions, engine and machine of this process. It names neither the host nor the user, since reports are passed on.
 *
 * @param more.versions further packages, such as the recipe's
 * @param more.command as typed; this process's own arguments unless given
 */
export function environment(
  engine: EngineInfo,
  more: { readonly seed?: number; readonly command?: string; readonly versions?: { readonly [name: string]: string } } = {},
): Environment {
  // The limit of a container where there is one; without any it is 0 or a number beyond all memory.
  const limit = process.constrainedMemory?.() ?? 0;
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return {
    engine,
    versions: { '@s3/trainer': ownVersion(), ...more.versions, '@tensorflow/tfjs-core': version_core, node: process.versions.node },
    platform: `${process.platform} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round((memory / 2 ** 30) * 10) / 10,
    ...(more.seed === undefined ? {} : { seed: more.seed }),
    command: more.command ?? process.argv.slice(1).join(' '),
  };
}

function ownVersion(): string {
  return (createRequire(import.meta.url)('@s3/trainer/package.json') as { readonly version: string }).version;
}
