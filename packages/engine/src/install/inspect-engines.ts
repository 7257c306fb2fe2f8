import type { EngineInfo } from '@s3/interface';
import { missingGpu } from '../native/missing-gpu.ts';
import { withoutGpu, withoutKernels } from '../native.ts';
import { askEngineChild, type ChildAnswer } from './engine-child-process.ts';
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

type Answer = ChildAnswer<{ readonly library: string; readonly gigaflops: number }>;

/**
 * Every engine: whether it starts here, how fast it is, which `auto` would use.
 *
 * Each is started and measured in a process of its own, about two seconds in all; the current engine stays what it is.
 */
export async function inspectEngines({ cacheDir = engineCacheDir() }: { readonly cacheDir?: string } = {}): Promise<EngineReport[]> {
  const answers = new Map<EngineInfo['name'], Answer>();
  for (const name of ['native', 'webgpu', 'wasm', 'cpu'] as const) {
    answers.set(name, await askEngineChild('probe', name, cacheDir, process.argv[1] ?? ''));
  }
  const chosen = chosenByAuto(answers);
  return [...answers].map(([name, answer]) => {
    const advice = remedy(name, answer);
    return {
      name,
      isChosen: name === chosen,
      ...('failure' in answer
        ? { works: false, reason: answer.failure }
        : { works: true, ...answer, reason: reasonOf(name, answer.library, chosen!) }),
      ...(advice && { remedy: advice }),
    };
  });
}

/** As selectEngine goes about it: GPUs first, and never a processor that plays one. */
function chosenByAuto(answers: ReadonlyMap<EngineInfo['name'], Answer>): EngineInfo['name'] | undefined {
  const works = (name: EngineInfo['name']) => 'library' in answers.get(name)!;
  const onGpu = (name: 'native' | 'webgpu') => {
    const answer = answers.get(name)!;
    return 'library' in answer && isOnGpu(answer.library);
  };
  return (['native', 'webgpu'] as const).find(onGpu) ?? (['native', 'wasm', 'cpu'] as const).find(works);
}

const isOnGpu = (library: string) => library.endsWith(', on the GPU') || library.endsWith(', a hardware adapter');

function reasonOf(name: EngineInfo['name'], library: string, chosen: EngineInfo['name']): string {
  if (name === chosen) return 'the fastest that works here';
  return name === 'webgpu' && !isOnGpu(library) ? 'a processor that plays a GPU is only used when asked for' : `${chosen} is faster`;
}

function remedy(name: EngineInfo['name'], answer: Answer): string | undefined {
  const library = 'library' in answer ? answer.library : undefined;
  if (name === 'wasm') return library ? undefined : 'install the packages again';
  if (name === 'cpu') return undefined;
  if (name === 'webgpu') {
    if (library !== undefined) return isOnGpu(library) ? undefined : 'with a GPU: install its driver';
    return 'failure' in answer && answer.failure.includes('not installed')
      ? 'with any GPU: npm install webgpu @tensorflow/tfjs-backend-webgpu'
      : 'with a GPU: install its driver';
  }
  if (library === undefined) return librarySource(false) ? 'npx s3 engine install' : 'npm install @tensorflow/tfjs-node';
  if (library.includes(withoutKernels)) return 'with a C++ compiler: npx s3 engine install';
  if (!library.includes('GPU') && librarySource(true)) return 'with an NVIDIA GPU: npx s3 engine install --gpu';
  return library.includes(withoutGpu) ? missingGpu().remedy : undefined;
}
