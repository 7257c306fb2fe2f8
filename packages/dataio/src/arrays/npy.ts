import { InputError } from '@s3/interface';

/** Numbers in rows, the last axis running fastest. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Arrays by name. */
export type NamedArrays = { readonly [name: string]: NumberArray };

const magic = '\x93NUMPY';

/** A NumPy file of little-endian float32 (format version 1.0): its data begins at a multiple of 64 bytes, so that it can be mapped. */
export function npyBytes({ shape, values }: NumberArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((magic.length + 4 + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ');
  header.write(magic, 'latin1');
  header.set([1, 0], magic.length);
  header.writeUInt16LE(length - magic.length - 4, magic.length + 2);
  header.write(text, magic.length + 4, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return Buffer.concat([header, littleEndian(values)]);
}

/**
 * Reads a NumPy file of little-endian float32 in row-major order.
 *
 * @param where the file, for errors
 * @throws InputError for anything else
 */
export function readNpy(bytes: Uint8Array, where: string): NumberArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (found: string): never => {
    throw new InputError(where, found, 'a whole NumPy array of little-endian float32 in row-major order', 'Write it anew.');
  };
  if (buffer.length < 12 || buffer.toString('latin1', 0, 6) !== magic) refuse('no NumPy file');
  const wide = buffer[6]! >= 2;
  const start = (wide ? 12 : 10) + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  const header = buffer.toString('latin1', wide ? 12 : 10, start);
  const shape = /'shape':\s*\(([^)]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  if (!shape || !/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) return refuse(`the header ${header.trim()}`);
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (buffer.length !== start + 4 * size) refuse(`${buffer.length - start} bytes for ${size} numbers`);
  return { shape, values: float32Of(buffer.subarray(start)) };
}

/** The bytes of numbers, the lowest first, as every machine that Node runs on has them but big-endian ones. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return isLittleEndian ? bytes : Buffer.from(bytes).swap32();
}

/** Numbers of bytes, the lowest first. */
export function float32Of(bytes: Uint8Array): Float32Array {
  const copy = Buffer.from(Uint8Array.from(bytes).buffer);
  if (!isLittleEndian) copy.swap32();
  return new Float32Array(copy.buffer, copy.byteOffset, copy.length / 4);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
