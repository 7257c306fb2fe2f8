import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '@s3/interface';
import { filesBelow } from '../audio/files-below.ts';

/** Follows folder names below a folder whatever their case; the exact one first. */
export async function followNames(folder: string, names: readonly string[]): Promise<string | undefined> {
  let path = folder;
  for (const name of names) {
    const present = await namesIn(path);
    const found = present.includes(name) ? name : present.find((other) => other.toLowerCase() === name.toLowerCase());
    if (found === undefined) return undefined;
    path = join(path, found);
  }
  return path;
}

/** Sorted names in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new InputError(folder, message, 'a folder that can be read', 'Mend its permissions.', { cause });
  }
}

/** Sorted paths of all files below a folder, but for hidden ones. */
export async function visibleFiles(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).filter((file) => !basename(file).startsWith('.')).map((file) => join(folder, file));
}
