import { InputError } from '@s3/interface';
import { type SafetensorsEntry, safetensorsHead } from '@s3/interface/safetensors';
import * as tf from '@tensorflow/tfjs-core';

const dtypes = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

/** The start of a safetensors file of these tensors. */
export function tensorsHead(tensors: tf.NamedTensorMap): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    if (!Object.hasOwn(dtypes, dtype)) throw new TypeError(`${name}: tensors of type ${dtype} cannot be saved`);
    return { name, dtype: dtypes[dtype as keyof typeof dtypes], shape };
  });
  return safetensorsHead(entries, { format: 'pt' });
}

/** The values of a tensor as they stand in the file; bits are kept. */
export async function tensorBytes(tensor: tf.Tensor): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await tensor.data();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * The tensor of these bytes.
 *
 * @param bytes in a buffer of their own
 * @throws InputError for a type that is not written here
 */
export function tensorFrom({ name, dtype, shape }: SafetensorsEntry, bytes: Uint8Array<ArrayBuffer>, path: string): tf.Tensor {
  if (dtype === 'F32') return tf.tensor(new Float32Array(bytes.buffer), [...shape], 'float32');
  if (dtype === 'I32') return tf.tensor(new Int32Array(bytes.buffer), [...shape], 'int32');
  if (dtype === 'BOOL') return tf.tensor(bytes, [...shape], 'bool');
  throw new InputError(
    path,
    `tensor '${name}' of type ${dtype}`,
    `one of ${Object.values(dtypes).join(', ')}`,
    'Use a file that @s3/trainer wrote.',
  );
}
