import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { holdOut } from './hold-out.ts';

const audioEndings = /\.(wav|flac|mp3|ogg|opus|oga|m4a|mp4|aac|aif|aiff|aifc|caf|webm)$/i;

/**
 * Tables of a folder that has a folder of recordings for each class, whose name is that of the class.
 *
 * @param heldOut share of each class that is tested on and not trained on, 0..1
 * @throws InputError for a folder that cannot be read, with fewer than two classes, or a class with fewer than two recordings
 */
export async function recordingsFolder(root: string, heldOut: number, seed: number): Promise<Corpus> {
  const { folders } = await contentOf(root);
  const rows: { readonly id: string; readonly wav_path: string; readonly label: string }[] = [];
  for (const label of folders) {
    const files = (await contentOf(join(root, label))).files.filter((name) => audioEndings.test(name));
    if (files.length < 2) {
      const where = join(root, label);
      throw new InputError(where, `${files.length} recordings`, 'at least 2, better ten', 'Add recordings, or move the folder elsewhere.');
    }
    for (const file of files) {
      rows.push({ id: `${label}/${basename(file, extname(file))}`, wav_path: resolve(root, label, file), label });
    }
  }
  const labels = rows.map(({ label }) => label);
  if (new Set(labels).size < 2) {
    const found = `${new Set(labels).size} folders with recordings`;
    throw new InputError(root, found, 'one for each of at least 2 classes', 'Put the recordings of each class into a folder of its name.');
  }
  const isHeldOut = holdOut(labels, heldOut, seed);
  const part = (wanted: boolean): Table => rows.filter((_, row) => isHeldOut[row] === wanted);
  return { train: part(false), tests: { 'held-out': part(true) } };
}

/** Sorted names in a folder, hidden ones left out; symbolic links are what they lead to. */
async function contentOf(folder: string): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }> {
  const names = await readdir(folder).catch((cause: Error) => {
    throw new InputError(folder, cause.message, 'a folder with a folder of recordings for each class', 'Check the path.', { cause });
  });
  const folders: string[] = [];
  const files: string[] = [];
  for (const name of names.filter((name) => !name.startsWith('.')).sort()) {
    const isFolder = (await stat(join(folder, name)).catch(() => undefined))?.isDirectory() ?? false;
    (isFolder ? folders : files).push(name);
  }
  return { folders, files };
}
