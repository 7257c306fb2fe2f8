import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';

/** One of several processes that share the work. */
export interface Shard {
  /** from 0 */
  readonly index: number;
  readonly count: number;
}

/** A file that is there in full, with what was noted of it. */
export type Finished<Note> = Note & {
  /** relative to the folder, with forward slashes */
  readonly file: string;
  /** of the file, by which a torn one is known */
  readonly bytes: number;
};

/** A folder that several processes fill with files, and that goes on where it was stopped. */
export interface ResumableFolder<Note extends object> {
  /** What is noted and there in full, whoever wrote it, by file. */
  readonly finished: () => Promise<ReadonlyMap<string, Finished<Note>>>;
  /** Writes a file, and then notes it in the list of its shard; what a kill left of it is overwritten. */
  readonly add: (shard: Shard, file: string, content: Uint8Array, note: Note) => Promise<void>;
  /** Writes `manifest.csv`, which says that all is there. */
  readonly writeManifest: (rows: readonly { readonly [column: string]: string | number }[]) => Promise<void>;
}

/**
 * Makes the folder, or opens one that was made for the same.
 *
 * A file appears whole or not at all and is noted after that, so what was stopped at any moment goes on without gaps, duplicates
 * or torn files. Each process notes in a list of its own, `NAME-1-of-2.jsonl`.
 *
 * @param name of the lists and of the description, `NAME.json`
 * @param description what made the files
 * @throws InputError for a folder of something else, or a file that cannot be written
 */
export async function resumableFolder<Note extends object>(
  path: string,
  name: string,
  description: object,
): Promise<ResumableFolder<Note>> {
  await mkdir(path, { recursive: true });
  await describe(join(path, `${name}.json`), description);
  const isList = (file: string) => file.startsWith(`${name}-`) && /^\d+-of-\d+\.jsonl$/.test(file.slice(name.length + 1));
  return {
    async finished() {
      const noted = new Map<string, Finished<Note>>();
      for (const list of (await readdir(path)).filter(isList).sort()) {
        for (const line of (await readFile(join(path, list), 'utf8')).split('\n')) {
          const note = parseNote<Finished<Note>>(line);
          if (note) noted.set(note.file, note);
        }
      }
      for (const [file, { bytes }] of noted) {
        const found = await stat(join(path, file)).catch(() => undefined);
        if (found?.size !== bytes) noted.delete(file);
      }
      return noted;
    },
    async add({ index, count }, file, content, note) {
      await writeWhole(join(path, file), content);
      const finished: Finished<Note> = { ...note, file, bytes: content.length };
      await appendLine(join(path, `${name}-${index + 1}-of-${count}.jsonl`), JSON.stringify(finished));
    },
    async writeManifest(rows) {
      const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))].map((cells) => cells.map(csvCell).join(','));
      await writeByAnyone(join(path, 'manifest.csv'), `${lines.join('\n')}\n`);
    },
  };
}

/** Writes what the folder is, or makes sure that it is the same. */
async function describe(path: string, description: object): Promise<void> {
  const text = `${JSON.stringify(description, null, 1)}\n`;
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === undefined) return writeByAnyone(path, text);
  if (found === text) return;
  const plain = (json: string) => json.replace(/\s+/g, ' ').trim();
  throw new InputError(path, plain(found), plain(text), 'Choose another folder, or remove this one.');
}

/** A line of a list; undefined for a torn one. */
function parseNote<Note>(line: string): Note | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as Note);
  } catch {
    return undefined;
  }
}

/** Adds a line; a torn last one is ended, so that this one stands for itself. */
async function appendLine(path: string, line: string): Promise<void> {
  const list = await open(path, 'a+');
  try {
    const { size } = await list.stat();
    const last = size === 0 ? '\n' : (await list.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
    await list.appendFile(`${last === '\n' ? '' : '\n'}${line}\n`);
  } finally {
    await list.close();
  }
}

/** What any of the processes may write at any time is written aside under a name of its own. */
const writeByAnyone = (path: string, text: string) => writeWhole(path, Buffer.from(text), `${path}.${process.pid}.tmp`);

/** Writes beside the place and moves it there. */
async function writeWhole(path: string, content: Uint8Array, aside = `${path}.tmp`): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(aside, 'w');
    try {
      await file.writeFile(content);
      // what is renamed has to be on disk first, or a power loss leaves an empty file of the right name
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new InputError(path, (cause as Error).message, 'a file that can be written', 'Choose another folder or make room.', { cause });
  }
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
