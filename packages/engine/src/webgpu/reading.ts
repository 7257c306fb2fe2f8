import { InputError } from '@s3/interface';
import type * as tf from '@tensorflow/tfjs-core';
import type { Polling } from './polling.ts';
import type { GpuBuffer, WebgpuBackend } from './webgpu-backend.ts';

// GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ, and GPUMapMode.READ
const readable = 0x0008 | 0x0001;
const readMode = 0x0001;

/**
 * Gives a WebGPU backend reads that need no browser.
 *
 * - TensorFlow.js reads synchronously (`dataSync`, and kernels that look at their inputs) by way of a canvas, which Node
 *   has not. Here the thread waits for the GPU.
 * - What went wrong on the GPU (out of memory, device lost) reaches nobody there, and zeros are read. Here the next read throws.
 */
export function mendReading(backend: WebgpuBackend, polling: Polling): void {
  let failure: string | undefined;
  backend.device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= error.message;
  });
  void backend.device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') failure ??= message;
  });
  const check = () => {
    if (failure !== undefined) throw gpuFailure(failure);
  };

  const [read, readSync] = [backend.read, backend.readSync];
  backend.read = async (dataId) => {
    const values = await read.call(backend, dataId);
    check();
    return values;
  };
  backend.readSync = (dataId) => {
    const { values, resource, dtype } = backend.tensorMap.get(dataId);
    if (values || !resource || dtype === 'complex64') return readSync.call(backend, dataId);
    const bytes = download(backend, resource, polling);
    check();
    return backend.convertAndCacheOnCPU(
      dataId,
      dtype === 'float32' ? new Float32Array(bytes) : integers(bytes, dtype),
    ) as tf.backend_util.TypedArray;
  };
}

function download(backend: WebgpuBackend, source: GpuBuffer, polling: Polling): ArrayBuffer {
  const staging = backend.bufferManager.acquireBuffer(source.size, readable);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
  backend.submitQueue();
  let rejection: unknown;
  staging.mapAsync(readMode).catch((error: unknown) => {
    rejection = error;
  });
  while (staging.mapState === 'pending') polling.poll();
  if (staging.mapState !== 'mapped') throw gpuFailure(`a read did not come back${rejection ? ` (${rejection})` : ''}`);
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
}

/** Booleans lie in the GPU's memory as whole numbers. */
function integers(bytes: ArrayBuffer, dtype: tf.DataType): Int32Array | Uint8Array {
  const whole = new Int32Array(bytes);
  return dtype === 'bool' ? Uint8Array.from(whole) : whole;
}

function gpuFailure(message: string): InputError {
  return new InputError(
    'engine webgpu',
    `a failure of the GPU: ${message.split('\n')[0]}`,
    'computations that end',
    'If its memory ran out, lower trainBatches.batchSize; the same command goes on from the last checkpoint.',
  );
}
