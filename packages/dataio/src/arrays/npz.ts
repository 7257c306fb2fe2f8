import { InputError } from '@s3/interface';
import { unzipSync, zipSync } from 'fflate';
import { type NamedArrays, npyBytes, readNpy } from './npy.ts';

// the time stamp is part of a zip file; a fixed one makes equal content equal bytes
const zipTime = '1980-01-01T00:00:00';

/** Arrays as NumPy's archive: `np.savez`, or `np.savez_compressed`. */
export function npzBytes(arrays: NamedArrays, compress: boolean): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npyBytes(array)]));
  return withLongCount(zipSync(files, { level: compress ? 6 : 0, mtime: zipTime }), Object.keys(files).length);
}

/**
 * Reads an archive of little-endian float32 arrays.
 *
 * @param where the file, for errors
 * @throws InputError for anything else
 */
export function readNpz(bytes: Uint8Array, where: string): NamedArrays {
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

/** An archive of 65,535 files and more tells their number in a record of its own (zip64), which fflate reads and does not write. */
function withLongCount(zip: Uint8Array, files: number): Uint8Array {
  const most = 0xffff;
  if (files < most) return zip;
  const start = zip.length - 22;
  const end = Buffer.from(zip.slice(start));
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(files), 24);
  record.writeBigUInt64LE(BigInt(files), 32);
  const listStart = end.readUInt32LE(16);
  record.writeBigUInt64LE(BigInt(start - listStart), 40);
  record.writeBigUInt64LE(BigInt(listStart), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50);
  locator.writeBigUInt64LE(BigInt(start), 8);
  locator.writeUInt32LE(1, 16);
  end.writeUInt16LE(most, 8);
  end.writeUInt16LE(most, 10);
  end.writeUInt32LE(start - listStart, 12);
  return Buffer.concat([zip.subarray(0, start), record, locator, end]);
}
