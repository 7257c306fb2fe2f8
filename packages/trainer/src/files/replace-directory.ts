import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const aside = '.tmp-';
const replaced = '.old-';

/**
 * Makes a directory that appears whole or not at all, in place of the one that was there.
 *
 * It is written aside, flushed to disk and renamed. A directory cannot be renamed over
 * another one, so the old one steps aside for a moment; after a kill in that moment
 * `recoverDirectories` puts it back.
 *
 * @param write fills the directory it is given; it flushes its files itself
 */
export async function replaceDirectory(path: string, write: (directory: string) => Promise<void>): Promise<void> {
  const parent = dirname(path);
  const [next, last] = [join(parent, aside + basename(path)), join(parent, replaced + basename(path))];
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  try {
    await write(next);
    await flushDirectory(next);
  } catch (error) {
    await rm(next, { recursive: true, force: true });
    throw error;
  }
  await rm(last, { recursive: true, force: true });
  await renameIfThere(path, last);
  await rename(next, path);
  await flushDirectory(parent);
  await rm(last, { recursive: true, force: true });
}

/** Removes a directory so that it is never seen half empty. */
export async function removeDirectory(path: string): Promise<void> {
  const gone = join(dirname(path), `${aside}gone-${basename(path)}`);
  await rm(gone, { recursive: true, force: true });
  if (await renameIfThere(path, gone)) await rm(gone, { recursive: true, force: true });
}

/** Clears up what a kill left in this folder; only for the one who holds the folder's lock. */
export async function recoverDirectories(parent: string): Promise<void> {
  const entries = await readdir(parent).catch((): string[] => []);
  for (const entry of entries) {
    if (entry.startsWith(aside)) await rm(join(parent, entry), { recursive: true, force: true });
    if (!entry.startsWith(replaced)) continue;
    if (entries.includes(entry.slice(replaced.length))) await rm(join(parent, entry), { recursive: true, force: true });
    else await rename(join(parent, entry), join(parent, entry.slice(replaced.length)));
  }
}

/** Writes a file and flushes it to disk. */
export async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  await flushed(path, (file) => file.writeFile(content));
}

/** The same with a function that writes the content. */
export async function flushed<Result>(path: string, write: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path, 'w');
  try {
    const result = await write(file);
    await file.sync();
    return result;
  } catch (error) {
    // a full disk does not say which file it was full for
    if (error instanceof Error && 'code' in error) Object.assign(error, { path });
    throw error;
  } finally {
    await file.close();
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function flushDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    // Windows opens no directories; renames are in its journal
    if (process.platform !== 'win32') throw error;
  }
}
