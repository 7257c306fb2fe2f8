/** Where TensorFlow's C library comes from: a wheel of its Python package. */
export interface LibrarySource {
  /** name on the Python package index */
  readonly package: string;
  readonly version: string;
  /** one of Python's names for the machine; pip is told them, so that any Python may do the download */
  readonly platforms: readonly string[];
  readonly downloadMegabytes: number;
  /** needed while the installer is at work, wheel and library together */
  readonly diskMegabytes: number;
}

/**
 * The wheel for a machine, of a version that the binding was seen working with; undefined where there is none.
 *
 * The CPU's is an older one: smaller, as fast, silent at its start, and content with an older glibc. The GPU's is the
 * first series for CUDA 12 with cuDNN 9.
 */
export function librarySource(gpu: boolean, platform = process.platform, architecture = process.arch): LibrarySource | undefined {
  if (platform !== 'linux') return undefined;
  if (architecture === 'x64') {
    return gpu
      ? { package: 'tensorflow', version: '2.21.0', platforms: linux('x86_64'), downloadMegabytes: 572, diskMegabytes: 2500 }
      : { package: 'tensorflow-cpu', version: '2.16.2', platforms: linux('x86_64'), downloadMegabytes: 214, diskMegabytes: 1000 };
  }
  if (architecture === 'arm64' && !gpu) {
    return { package: 'tensorflow', version: '2.21.0', platforms: linux('aarch64'), downloadMegabytes: 282, diskMegabytes: 1300 };
  }
  return undefined;
}

const linux = (machine: string) => ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014'].map((name) => `${name}_${machine}`);

/** The wheel is asked for by a Python version that exists for all of these, whatever Python is here. */
export const wheelPython = { version: '3.12', abi: 'cp312' } as const;

/** Download and disk that CUDA's own libraries add where the machine has none. */
export const cudaMegabytes = { download: 2800, disk: 7500 } as const;
