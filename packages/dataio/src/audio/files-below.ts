import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Paths of all files anywhere below a folder, relative to it and sorted.
 *
 * Symbolic links count as what they lead to, as corpora are often put together of them; one to a folder that it lies in is not followed.
 *
 * @throws what Node throws for a folder that cannot be read
 */
export async function filesBelow(folder: string): Promise<string[]> {
  return (await walk(folder, '', [])).sort();
}

async function walk(root: string, inside: string, above: readonly string[]): Promise<string[]> {
  const folder = join(root, inside);
  const place = await realpath(folder);
  if (above.includes(place)) return [];
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(inside, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(join(root, path)).catch(() => entry) : entry;
    if (kind.isDirectory()) found.push(...(await walk(root, path, [...above, place])));
    else found.push(path);
  }
  return found;
}
