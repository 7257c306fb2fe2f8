import type { EngineInfo } from '@s3/interface';
import { askEngineChild } from './engine-child-process.ts';
import { engineCacheDir } from './installed-native.ts';
import { librarySource } from './library-source.ts';

/** One engine on this machine. */
export interface EngineReport {
  readonly name: EngineInfo['name'];
  /** it starts here */
  readonly works: boolean;
  /** `auto` would use it */
  readonly isChosen: boolean;
  /** library and version; where it works */
  readonly library?: string;
  /** product of matrices, GFLOP/s; where it works */
  readonly gigaflops?: number;
  /** one line: why `auto` would use it or not, or why it does not start */
  readonly reason: string;
  /** what to do to have it, or a faster one; absent where nothing is to be done */
  readonly remedy?: string;
}

/**
 * Every engine, fastest first: whether it starts here, how fast it is, which `auto` would use.
 *
 * Each is started and measured in a process of its own, about two seconds in all; the current engine stays what it is.
 */
export async function inspectEngines({ cacheDir = engineCacheDir() }: { readonly cacheDir?: string } = {}): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const name of ['native', 'wasm', 'cpu'] as const) {
    const answer = await askEngineChild<{ readonly library: string; readonly gigaflops: number }>(
      'probe',
      name,
      cacheDir,
      process.argv[1] ?? '',
    );
    const chosen = reports.find(({ isChosen }) => isChosen);
    const advice = remedy(name, 'failure' in answer ? undefined : answer.library);
    reports.push({
      name,
      ...('failure' in answer ? { works: false, isChosen: false, reason: answer.failure } : { works: true, isChosen: !chosen, ...answer }),
      ...(!('failure' in answer) && { reason: chosen ? `${chosen.name} is faster` : 'the fastest that works here' }),
      ...(advice && { remedy: advice }),
    } as EngineReport);
  }
  return reports;
}

function remedy(name: EngineInfo['name'], library: string | undefined): string | undefined {
  if (name === 'wasm') return library ? undefined : 'install the packages again';
  if (name === 'cpu') return undefined;
  if (library === undefined) return librarySource(false) ? 'npx s3 engine install' : 'npm install @tensorflow/tfjs-node';
  if (!library.includes('GPU') && librarySource(true)) return 'with an NVIDIA GPU: npx s3 engine install --gpu';
  return library.includes('finds no GPU') ? "install the GPU's driver, and see that nvidia-smi lists it" : undefined;
}
