/** Why a GPU build computes on the CPU, and what to do about it. */
export interface MissingGpu {
  /** completes "on the CPU, since ..." */
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Why TensorFlow's GPU build found no GPU: hidden by a variable, without a driver, or with one that does not start any.
 */
export function missingGpu(environment: NodeJS.ProcessEnv = process.env, load = loadLibrary): MissingGpu {
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined && /^\s*(-\d+\s*)?(,|$)/.test(visible)) {
    return {
      reason: `CUDA_VISIBLE_DEVICES='${visible}' hides every GPU`,
      remedy: 'unset CUDA_VISIBLE_DEVICES, or name a GPU by it',
    };
  }
  try {
    load('libcuda.so.1');
  } catch {
    return {
      reason: "NVIDIA's driver is not installed (no libcuda.so.1)",
      remedy: 'with an NVIDIA GPU: install its driver, and see that nvidia-smi lists it',
    };
  }
  return {
    reason: "NVIDIA's driver is there (libcuda.so.1) but starts no GPU",
    remedy: 'see what nvidia-smi says; restart after an update of the driver, give a container its GPUs',
  };
}

/**
 * Loads a library by the system's search path. Node takes addons alone, and says so of any other that the loader has found.
 *
 * @throws Error as `dlopen` does
 */
export function loadLibrary(library: string): void {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    if (!(error as Error).message.includes('did not self-register')) throw error;
  }
}
