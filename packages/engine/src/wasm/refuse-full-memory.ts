import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

interface WasmHeap {
  _malloc: (bytes: number) => number;
  readonly _free: (place: number) => void;
  readonly HEAPU8: Uint8Array;
}

/**
 * Lets the wasm backend throw where its memory, 4 GB at most, has no room for a tensor.
 *
 * The backend takes the address 0, which then stands for none, for a place, and writes over its own data there; and of sizes
 * beyond 4 GB it asks for what is left after division by that.
 */
export function refuseFullMemory(): void {
  const { wasm } = tf.backend() as unknown as { readonly wasm: WasmHeap };
  // what is there at first puts the function itself into its place when it is called
  wasm._free(wasm._malloc(1));
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const place = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (place === 0 && bytes > 0) refuse(bytes, wasm.HEAPU8.byteLength);
    return place;
  };
}

function refuse(bytes: number, size: number): never {
  throw new InputError(
    'the memory of the engine wasm',
    `no room for a tensor of ${megabytes(bytes)} in ${megabytes(size)}`,
    'enough for a batch and what is computed of it, in 4 GB at most',
    'Make batches smaller or recordings shorter (batchSize, maxSeconds), or choose another engine.',
  );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
