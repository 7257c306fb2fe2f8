import { InputError } from '@s3/interface';
import { parseSafetensorsHead, safetensorsDataStart, safetensorsHead } from '@s3/interface/safetensors';
import { float32Of, littleEndian, type NamedArrays } from './npy.ts';

/** Arrays in the safetensors format. */
export function safetensorsBytes(arrays: NamedArrays): Uint8Array {
  const head = safetensorsHead(Object.entries(arrays).map(([name, { shape }]) => ({ name, dtype: 'F32', shape })));
  return Buffer.concat([head, ...Object.values(arrays).map(({ values }) => littleEndian(values))]);
}

/** @throws InputError for a file that is none, is damaged, or holds other numbers than float32 */
export function readSafetensors(bytes: Uint8Array, where: string): NamedArrays {
  const head = bytes.subarray(0, safetensorsDataStart(bytes, bytes.length, where));
  const { entries } = parseSafetensorsHead(head, bytes.length, where);
  return Object.fromEntries(
    entries.map(({ name, dtype, shape, begin, end }) => {
      if (dtype !== 'F32') throw new InputError(where, `${name} of ${dtype}`, 'float32, F32', 'Write it anew.');
      return [name, { shape, values: float32Of(bytes.subarray(begin, end)) }];
    }),
  );
}
