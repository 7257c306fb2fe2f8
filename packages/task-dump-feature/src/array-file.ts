import { InputError, WiringError } from '@s3/interface';
import { unzipSync, zipSync } from 'fflate';
import { type NumberArray, npyBytes, readNpy } from './npy.ts';
import { readSafetensors, safetensorsBytes } from './safetensors.ts';

export type { NumberArray } from './npy.ts';

/** Arrays by name. */
export type NamedArrays = { readonly [name: string]: NumberArray };

/** `npz`: NumPy's archive; `npy`: one NumPy array; `safetensors`: Hugging Face's format, which PyTorch maps. */
export const arrayFormats = ['npz', 'npy', 'safetensors'] as const;
export type ArrayFormat = (typeof arrayFormats)[number];

// the time stamp is part of a zip file; a fixed one makes equal content equal bytes
const zipTime = '1980-01-01T00:00:00';

/**
 * Arrays as one file, the same bytes for the same numbers.
 *
 * @throws WiringError for several arrays as `npy`, which holds one
 */
export function arrayBytes(arrays: NamedArrays, format: ArrayFormat): Uint8Array {
  const named = Object.entries(arrays);
  switch (format) {
    case 'npy':
      if (named.length !== 1) {
        throw new WiringError(
          'npy',
          'holds one array',
          `there are ${named.length} (${Object.keys(arrays).join(', ')}); write npz or safetensors`,
        );
      }
      return npyBytes(named[0]![1]);
    case 'npz':
      return zipSync(Object.fromEntries(named.map(([name, array]) => [`${name}.npy`, npyBytes(array)])), { level: 0, mtime: zipTime });
    case 'safetensors':
      return safetensorsBytes(arrays);
  }
}

/**
 * Arrays of a file; the single one of an `npy` file is called `array`.
 *
 * @param where the file, for errors
 * @throws InputError for a file of another format, a torn one, or numbers that are not float32
 */
export function readArrays(bytes: Uint8Array, format: ArrayFormat, where: string): NamedArrays {
  if (format === 'npy') return { array: readNpy(bytes, where) };
  if (format === 'safetensors') return readSafetensors(bytes, where);
  let files: ReturnType<typeof unzipSync>;
  try {
    files = unzipSync(bytes);
  } catch (cause) {
    throw new InputError(where, 'no zip archive, or a torn one', 'an npz file', 'Write it anew.', { cause });
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [name.replace(/\.npy$/, ''), readNpy(content, `${where}, ${name}`)]),
  );
}
