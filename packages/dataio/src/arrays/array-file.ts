import { WiringError } from '@s3/interface';
import { type NamedArrays, npyBytes, readNpy } from './npy.ts';
import { npzBytes, readNpz } from './npz.ts';
import { readSafetensors, safetensorsBytes } from './safetensors.ts';

export type { NamedArrays, NumberArray } from './npy.ts';

/** `npz`: NumPy's archive; `npy`: one NumPy array; `safetensors`: Hugging Face's format, which PyTorch maps. */
export const arrayFormats = ['npz', 'npy', 'safetensors'] as const;
/** Name of a format of arrays: npz, npy or safetensors. */
export type ArrayFormat = (typeof arrayFormats)[number];

/**
 * Arrays as one file, the same bytes for the same numbers.
 *
 * @throws WiringError for several arrays as `npy`, which holds one
 */
export function arrayBytes(
  arrays: NamedArrays,
  format: ArrayFormat,
  {
    compress = false,
  }: {
    /** for `npz`, as `np.savez_compressed`; the other formats cannot */
    readonly compress?: boolean;
  } = {},
): Uint8Array {
  if (format === 'npz') return npzBytes(arrays, compress);
  if (format === 'safetensors') return safetensorsBytes(arrays);
  const [first, ...others] = Object.entries(arrays);
  if (first && others.length === 0) return npyBytes(first[1]);
  const names = Object.keys(arrays).join(', ');
  throw new WiringError('npy', 'holds one array', `there are ${Object.keys(arrays).length} (${names}); write npz or safetensors`);
}

/**
 * Arrays of a file; the single one of an `npy` file is called `array`.
 *
 * @param where the file, for errors
 * @throws InputError for a file of another format, a torn one, or numbers that are not float32
 */
export function readArrays(bytes: Uint8Array, format: ArrayFormat, where: string): NamedArrays {
  if (format === 'npz') return readNpz(bytes, where);
  return format === 'safetensors' ? readSafetensors(bytes, where) : { array: readNpy(bytes, where) };
}
