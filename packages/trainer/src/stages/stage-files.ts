import { readFile } from 'node:fs/promises';
import { InputError } from '@s3/interface';

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
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw stageMissing(
      stage,
      path,
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : String((cause as Error).message),
      cause,
    );
  }
  try {
    return parse(text);
  } catch (cause) {
    throw stageMissing(stage, path, `something else (${(cause as Error).message.split('\n')[0]})`, cause);
  }
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
