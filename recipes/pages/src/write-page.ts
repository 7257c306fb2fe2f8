import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import type { PageContent } from './page-content.ts';

/**
 * Writes a page as a folder for any web server; it appears whole or not at all. A page that was written there before is replaced.
 *
 * @throws InputError for a folder that holds something else
 */
export async function writePage(content: PageContent, directory: string): Promise<void> {
  const path = resolve(directory);
  const before = await readdir(path).catch((): string[] => []);
  if (before.length > 0 && !(before.includes('page.json') && before.includes('index.html'))) {
    throw new InputError(directory, 'a folder with other files in it', 'an empty folder, none, or a page', 'Give another folder.');
  }
  await mkdir(dirname(path), { recursive: true });
  const aside = join(dirname(path), `.tmp-${basename(path)}`);
  const old = join(dirname(path), `.old-${basename(path)}`);
  await rm(aside, { recursive: true, force: true });
  try {
    for (const [address, found] of content) {
      const target = join(aside, ...address.split('/'));
      await mkdir(dirname(target), { recursive: true });
      if ('file' in found) await copyFile(found.file, target);
      else await writeFile(target, 'text' in found ? found.text : found.bytes);
    }
    await rm(old, { recursive: true, force: true });
    if (before.length > 0) await rename(path, old);
    else await rm(path, { recursive: true, force: true });
    await rename(aside, path);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}
