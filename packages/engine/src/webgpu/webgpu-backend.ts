import type * as tf from '@tensorflow/tfjs-core';

type Values = Float32Array | Int32Array | Uint8Array;

/** What is used of a GPU's memory. */
export interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** What tfjs's WebGPU backend keeps of a tensor. */
export interface TensorData {
  readonly dtype: tf.DataType;
  readonly values?: Values | null;
  readonly resource?: GpuBuffer | null;
  readonly complexTensorInfos?: object | null;
}

/** What tfjs's WebGPU backend offers beside tfjs-core's interface. */
export interface WebgpuBackend extends tf.KernelBackend {
  readonly device: {
    readonly limits: { readonly maxStorageBuffersPerShaderStage: number };
    addEventListener(type: 'uncapturederror', listener: (event: { readonly error: { readonly message: string } }) => void): void;
    readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  };
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GpuBuffer; releaseBuffer(buffer: GpuBuffer): void };
  readonly commandEncoder: { copyBufferToBuffer(from: GpuBuffer, fromAt: number, to: GpuBuffer, toAt: number, size: number): void };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  convertAndCacheOnCPU(dataId: object, values: Values): Values;
}
