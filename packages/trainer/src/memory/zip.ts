import { InputError } from '@s3/interface';
import { unzipSync, zipSync } from 'fflate';
import type { NamedFiles } from './checkpoint-files.ts';

/** What a zip may unpack to unless said otherwise: far more than a model on a frozen upstream takes. */
const usualMostBytes = 2 * 2 ** 30;
const mostFiles = 10_000;

/** Whether a path is that of a zip, by its name. */
export const isZip = (path: string): boolean => /\.zip$/i.test(path);

/** Files as one zip; what would not shrink is stored as it is. The same files give the same bytes. */
export function zipFiles(files: NamedFiles): Uint8Array {
  const content = Object.fromEntries([...files].map(([name, bytes]) => [name, [bytes, { level: isDense(name) ? 0 : 6 }] as const]));
  return zipSync(content as never, { mtime: new Date(1980, 0, 1) });
}

/**
 * The files of a zip.
 *
 * Nothing in it is believed: more bytes than allowed are refused before anything of that size is made, and so are names
 * that lead out of the folder.
 *
 * @param where its name, for messages
 * @param mostBytes what it may unpack to
 * @throws InputError for a file that is no zip, damaged, too large, or has such names
 */
export function unzipFiles(bytes: Uint8Array, where: string, mostBytes = usualMostBytes): NamedFiles {
  let total = 0;
  let count = 0;
  let outside: string | undefined;
  const isTooMuch = () => total > mostBytes || count > mostFiles;
  const files = new Map<string, Uint8Array>();
  try {
    const unpacked = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        if (name.endsWith('/')) return false;
        count += 1;
        // both are claims of the file: a stored entry is copied by the first, a packed one unpacked up to the second
        total += Math.max(size, originalSize);
        if (!isInside(name)) outside = name;
        return outside === undefined && !isTooMuch();
      },
    });
    for (const [name, content] of Object.entries(unpacked)) files.set(name, content);
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    throw new InputError(where, `what is no whole zip${why}`, 'a zip', 'Fetch or save the file again.', { cause });
  }
  if (outside !== undefined) {
    const remedy = 'Do not use this file: it may be meant to do harm.';
    throw new InputError(where, `a file named '${outside}'`, 'names within its own folder', remedy);
  }
  if (isTooMuch()) {
    const found = count > mostFiles ? `${count} files` : `${mebibytes(total)} when unpacked`;
    const most = count > mostFiles ? `${mostFiles} files` : mebibytes(mostBytes);
    throw new InputError(where, found, `at most ${most}`, 'Unpack it yourself if you trust it, and give the folder.');
  }
  return files;
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;

const isDense = (name: string) => /\.(safetensors|flac|zip)$/.test(name);

const isInside = (name: string) =>
  !name.startsWith('/') && !/[\\\0]/.test(name) && !/^[a-z]:/i.test(name) && name !== '__proto__' && !name.split('/').includes('..');
