import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { followNames, namesIn } from './corpus-folder.ts';

/**
 * The path of each file that a corpus lists, relative to its root with forward slashes.
 *
 * Exactly as written where there is such a file, else the one that differs by case only, as some ways of copying change it.
 *
 * @throws InputError when some are missing: how many, and the first ten
 */
export async function locateFiles(
  root: string,
  files: readonly string[],
  onProgress?: (done: number, total: number) => void,
): Promise<string[]> {
  const folders = new Map<string, Folder | undefined>();
  const missing: string[] = [];
  const paths: string[] = [];
  for (const [index, file] of files.entries()) {
    const parts = file.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.pop() ?? '';
    const key = parts.join('/');
    if (!folders.has(key)) folders.set(key, await open(root, parts));
    const folder = folders.get(key);
    const present = folder && nameIn(folder, name);
    if (folder && present !== undefined) paths.push(join(folder.path, present));
    else missing.push(file);
    if ((index + 1) % 1000 === 0 || index + 1 === files.length) onProgress?.(index + 1, files.length);
  }
  if (missing.length === 0) return paths;
  throw new InputError(
    root,
    `${missing.length} of ${files.length} audio files missing: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ...' : ''}`,
    'every file that the corpus lists',
    'Unpack the missing parts of the corpus.',
  );
}

interface Folder {
  readonly path: string;
  readonly names: ReadonlySet<string>;
  /** the name of this lower case; null where several have it */
  readonly byLowerCase: ReadonlyMap<string, string | null>;
}

async function open(root: string, parts: readonly string[]): Promise<Folder | undefined> {
  const path = await followNames(root, parts);
  if (path === undefined) return undefined;
  const names = await namesIn(path);
  const byLowerCase = new Map<string, string | null>();
  for (const name of names) byLowerCase.set(name.toLowerCase(), byLowerCase.has(name.toLowerCase()) ? null : name);
  return { path, names: new Set(names), byLowerCase };
}

function nameIn({ names, byLowerCase }: Folder, name: string): string | undefined {
  return names.has(name) ? name : (byLowerCase.get(name.toLowerCase()) ?? undefined);
}
