import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '@s3/interface';
import type { AudioFile } from './audio-bytes.ts';

/**
 * Opens a file, uses it and closes it.
 *
 * @throws InputError when there is no such file, it is a folder or empty, or may not be read
 */
export async function withAudioFile<T>(path: string, use: (file: AudioFile) => T | Promise<T>): Promise<T> {
  let descriptor: number;
  try {
    // a pipe would be waited for without end; Windows has no such flag
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return await use(openAudioFile(path, descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** A file that is open. @throws InputError when it is no file, or empty */
export function openAudioFile(path: string, descriptor: number): AudioFile {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) {
    throw new InputError(path, stats.isDirectory() ? 'a folder' : 'no regular file', 'an audio file', 'Correct the path.');
  }
  if (stats.size === 0) throw new InputError(path, 'an empty file', 'an audio file', 'Fetch or make it again, or leave it out.');
  const readInto: AudioFile['readInto'] = (target, offset) => readAt(descriptor, path, offset, target);
  const read: AudioFile['read'] = (offset, length) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, stats.size - offset)));
    const count = readInto(bytes, offset);
    return count < bytes.length ? bytes.subarray(0, count) : bytes;
  };
  return { path, size: stats.size, head: read(0, 4096), read, readInto };
}

function readAt(descriptor: number, path: string, offset: number, target: Uint8Array): number {
  let filled = 0;
  try {
    while (filled < target.length) {
      const count = readSync(descriptor, target, filled, target.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return filled;
}

function unreadable(path: string, cause: unknown): InputError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new InputError(path, 'no such file', 'an audio file', 'Correct the path, or say where the recordings are.', { cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new InputError(path, 'a file that may not be read', 'an audio file', 'Give this user the right to read it.', { cause });
  }
  return new InputError(path, `a file that cannot be read (${code})`, 'an audio file', 'Check the disk and the path.', { cause });
}
