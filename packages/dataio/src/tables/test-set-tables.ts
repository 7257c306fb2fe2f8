import { basename, extname } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';

/**
 * The tables of test sets; each set has the name of its file.
 *
 * @param files paths, or one text with commas between them
 * @param read reads and checks one of them
 * @throws InputError when two files have the same name, and as `read` does
 */
export async function testSetTables(files: string | readonly string[], read: (path: string) => Promise<Table>): Promise<Corpus['tests']> {
  const sets = new Map<string, Table>();
  for (const path of typeof files === 'string' ? files.split(',').map((file) => file.trim()) : files) {
    const name = basename(path, extname(path));
    if (sets.has(name)) {
      throw new InputError('corpus.tests', `two files called '${name}'`, 'a name of its own for each test set', 'Rename one of the files.');
    }
    sets.set(name, await read(path));
  }
  return Object.fromEntries(sets);
}
