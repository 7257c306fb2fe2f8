import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A way to compile our C++ kernels, for processors that have these features. */
export interface KernelVariant {
  readonly name: string;
  /** as `/proc/cpuinfo` calls them */
  readonly features: readonly string[];
  readonly options: readonly string[];
}

// the fastest first; TensorFlow itself chooses when it runs, so a cache that several machines share holds all of them
const variants: { readonly [arch: string]: readonly KernelVariant[] } = {
  x64: [
    { name: 'avx512', features: ['avx512f'], options: ['-mavx512f', '-mfma'] },
    { name: 'avx2', features: ['avx2', 'fma'], options: ['-mavx2', '-mfma'] },
  ],
  arm64: [{ name: 'neon', features: [], options: [] }],
};

/** The ways to compile the kernels for machines like this one, the fastest first. */
export const kernelVariants = (arch: string = process.arch): readonly KernelVariant[] => variants[arch] ?? [];

/** How a compiler is to treat the arithmetic of the kernels, beside what a variant asks for. */
export const arithmeticOptions: readonly string[] = ['-std=c++17', '-O3', '-fno-math-errno', '-pthread'];

/** Folder of the kernels' C++ sources, which come with this package. */
export const kernelSources = (): string => join(dirname(createRequire(import.meta.url).resolve('@s3/engine/package.json')), 'cpp');

/** Where the kernels of these sources lie in an installed engine; those of other versions are never loaded. */
export function kernelFile(directory: string, { name }: KernelVariant): string {
  const sources = kernelSources();
  const hash = createHash('sha256');
  for (const file of readdirSync(sources).sort()) hash.update(file).update(readFileSync(join(sources, file)));
  return join(directory, 'kernels', `s3-kernels-${hash.digest('hex').slice(0, 12)}-${name}.node`);
}

/**
 * Adds our own ops to TensorFlow, those for this processor.
 *
 * @returns false where they are not compiled, or do not load: what uses them then goes by TensorFlow's ops
 */
export function loadOwnKernels(directory: string): boolean {
  const variant = kernelVariants().find(suitsProcessor);
  if (!variant) return false;
  try {
    createRequire(join(directory, 'package.json'))(kernelFile(directory, variant));
    return true;
  } catch {
    return false;
  }
}

/** This processor has what a variant is compiled for. */
export const suitsProcessor = ({ features }: KernelVariant): boolean => {
  const here = processorFeatures();
  return features.every((feature) => here.has(feature));
};

function processorFeatures(): ReadonlySet<string> {
  if (!existsSync('/proc/cpuinfo')) return new Set();
  return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
}
