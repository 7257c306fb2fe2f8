import { readFile } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { ZodError } from 'zod';

/** What an earlier stage should have left behind is missing or damaged. */
export function stageMissing(stage: number, path: string, found: string, cause?: unknown): InputError {
  return new InputError(
    path,
    found,
    `what stage ${stage} leaves there`,
    `Stage ${stage} was not done before or is damaged: run again with --start ${stage}.`,
    { cause },
  );
}

/** @throws InputError when the file is not there or cannot be parsed, saying which stage makes it */
export async function readStageFile<Content>(stage: number, path: string, parse: (text: string) => Content): Promise<Content> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw stageMissing(
      stage,
      path,
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : String((cause as Error).message),
      cause,
    );
  }
  try {
    return parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw stageMissing(stage, path, `something else (${wordsOf(cause)})`, cause);
  }
}

function wordsOf(cause: unknown): string {
  if (cause instanceof ZodError) return cause.issues.map(({ path, message }) => [...path, message].join(': '))[0]!;
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'bytes that are not UTF-8 text' : message.split('\n')[0]!;
}

/** Names as file names: what is neither letter, digit, `.`, `_` nor `-` becomes `-`; two names never share one. */
export function fileNames(names: readonly string[], taken: readonly string[] = []): ReadonlyMap<string, string> {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const files = new Map<string, string>();
  for (const name of names) {
    const base = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^\.+/, '') || 'set';
    let file = base;
    // file systems that fold case must not join two sets
    for (let count = 2; used.has(file.toLowerCase()); count++) file = `${base}-${count}`;
    used.add(file.toLowerCase());
    files.set(name, file);
  }
  return files;
}
