import { readFile } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { type Assignment, assignmentsOf } from './assignment.ts';
import { yamlOptions } from './setting-value.ts';

/**
 * The settings in a YAML file, each with its line.
 *
 * @throws InputError for a file that cannot be read, is not YAML, or holds no mapping
 */
export async function readYamlSettings(file: string): Promise<readonly Assignment[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const known: { readonly [code: string]: string } = { ENOENT: 'no such file', EISDIR: 'a folder' };
    const found = known[error.code ?? ''] ?? `a file that cannot be read (${error.code ?? error.message})`;
    throw new InputError(file, found, 'a YAML file of settings', 'Correct the path after --config.', { cause: error });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    const place = error.linePos ? `${file}:${error.linePos[0].line}` : file;
    const found = error.message.split(/ at line \d+/)[0]!.replace(/\.?\n[\s\S]*$/, '');
    throw new InputError(place, `text that is not YAML (${found})`, 'YAML', 'Mend this line.', { cause: error });
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents))
    throw new InputError(
      file,
      'a YAML file without names at its top',
      'a mapping, such as `targetDir: exp/asv`',
      'Give every value a name.',
    );

  const lineOf = new Map<string, number>();
  const noteLines = (path: readonly string[], node: unknown): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const inner = [...path, String(key.value)];
      if (key.range) lineOf.set(inner.join('\u0000'), lines.linePos(key.range[0]).line);
      noteLines(inner, value);
    }
  };
  noteLines([], contents);
  // what an alias or << brings in has no line of its own here, but that of the nearest section
  const originOf = (path: readonly string[]): string => {
    const line = path.map((_, index) => lineOf.get(path.slice(0, path.length - index).join('\u0000'))).find((found) => found !== undefined);
    return line === undefined ? file : `${file}:${line}`;
  };
  return assignmentsOf([], plainValue(document, file), originOf).filter(({ path }) => path.length > 0);
}

/** @throws InputError for an alias without its anchor, and for aliases that would fill the memory */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new InputError(file, `an alias that cannot be followed (${cause.message})`, 'an anchor, &name, above each *name', 'Mend it.', {
      cause,
    });
  }
}
