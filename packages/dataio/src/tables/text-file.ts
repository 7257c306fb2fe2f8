import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@s3/interface';

/** A line that holds something, and where it stands. */
export interface TextLine {
  readonly text: string;
  /** what stands between spaces and tabs */
  readonly fields: readonly string[];
  /** from 1 */
  readonly line: number;
}

/**
 * A text in UTF-8, without its byte order mark.
 *
 * @param kind what it has to be, for errors: `a csv file`
 * @throws InputError for a file that cannot be read or is not UTF-8
 */
export async function readTextFile(path: string, kind: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InputError(path, reasonOf(cause), kind, 'Check the path and its permissions.', { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(path, 'bytes that are not UTF-8 text', `${kind} in UTF-8`, 'Save it again in UTF-8.', { cause });
  }
}

/**
 * The lines of a text file of any line end, blank ones and comments left out.
 *
 * @param comment what a comment line begins with; none where the format has no comments
 * @throws InputError as `readTextFile`
 */
export async function readTextLines(path: string, kind: string, comment?: RegExp): Promise<TextLine[]> {
  return (await readTextFile(path, kind)).split(/\r\n|\n|\r/).flatMap((line, index) => {
    const text = line.trim();
    if (text === '' || comment?.test(text)) return [];
    return [{ text, fields: text.split(/\s+/), line: index + 1 }];
  });
}

/**
 * Writes a file that appears whole or not at all: written aside, flushed to disk, renamed over what was there.
 *
 * @throws InputError for a path that cannot be written
 */
export async function writeTextFile(path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(path);
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new InputError(path, reasonOf(cause), 'a file that can be written', 'Choose another folder or mend its permissions.', { cause });
  }
}

/** What the system says of a file, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: { readonly [code: string]: string } = {
    ENOENT: 'no such file',
    EISDIR: 'a folder',
    ENOTDIR: 'a file where a folder has to be',
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'a read-only disk',
    ENOSPC: 'a full disk',
  };
  return (code && reasons[code]) ?? message;
}
