import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { arithmeticOptions, kernelFile, kernelSources, kernelVariants } from '../native/own-kernels.ts';
import { askEngineChild } from './engine-child-process.ts';
import { findCompiler } from './requirements.ts';
import { runProgram } from './run-program.ts';

interface Native {
  /** folder of the native engine, finished or not */
  readonly directory: string;
  readonly onProgress: (message: string) => void;
}

/** Our own kernels are there for every processor of this architecture. */
export const hasKernels = (directory: string): boolean => kernelVariants().every((variant) => existsSync(kernelFile(directory, variant)));

/**
 * Compiles our own kernels for a native engine. It works without them, only slower: where they do not compile,
 * or do not compute what plain JavaScript does, they are left out and `onProgress` is told why.
 *
 * @param compiler looked for unless given
 */
export async function addKernels({ directory, onProgress }: Native, compiler?: string): Promise<void> {
  const program = compiler ?? (await findCompiler());
  if (program === undefined) return onProgress("leaving out S3's own kernels, which need a C++ compiler");
  onProgress("compiling S3's own kernels");
  for (const variant of kernelVariants()) {
    const file = kernelFile(directory, variant);
    if (existsSync(file)) continue;
    mkdirSync(dirname(file), { recursive: true });
    const part = `${file}.part`;
    const options = [...arithmeticOptions, '-shared', '-fPIC', '-fvisibility=hidden', '-DNAPI_VERSION=8', ...variant.options];
    const includes = [join('node_modules', 'node-api-headers', 'include'), join('tensorflow', 'include')];
    const lib = join(directory, 'tensorflow', 'lib');
    const { code, outcome } = await runProgram(program, [
      ...options,
      ...includes.map((folder) => `-I${join(directory, folder)}`),
      join(kernelSources(), 'kernels.cc'),
      ...[`-L${lib}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../tensorflow/lib', '-o', part],
    ]);
    if (code !== 0) return leaveOut(`they do not compile: ${outcome}`);
    renameSync(part, file);
  }
  const checked = await askEngineChild<{ readonly kernels: boolean }>('check', directory);
  if ('failure' in checked) leaveOut(`they do not compute what they should: ${checked.failure}`);
  else if (!checked.kernels) leaveOut('they do not load');

  function leaveOut(reason: string): void {
    rmSync(join(directory, 'kernels'), { recursive: true, force: true });
    onProgress(`leaving out S3's own kernels, since ${reason}`);
  }
}
