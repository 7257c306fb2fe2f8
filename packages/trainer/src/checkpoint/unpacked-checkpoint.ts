import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { replaceDirectory, writeFlushed } from '../files/replace-directory.ts';
import { findCheckpointFolder } from '../memory/find-checkpoint-folder.ts';
import { isZip } from '../memory/zip.ts';
import { exists, readZip } from './checkpoint.ts';

/** A checkpoint on disk, with room for results beside it. */
export interface UnpackedCheckpoint {
  readonly checkpoint: string;
  /** the folder that a zip was unpacked to just now */
  readonly unpackedTo?: string;
}

/**
 * The folder of a checkpoint; the zip of a run is unpacked beside itself first, `mine.zip` to the folder `mine`, unless that is there already.
 *
 * @param path folder of a checkpoint, or a zip of its run
 * @throws InputError for a zip of a checkpoint without its run, or where another folder has the name that it would unpack to
 */
export async function unpackedCheckpoint(path: string): Promise<UnpackedCheckpoint> {
  if (!isZip(path)) return { checkpoint: path };
  const files = await readZip(path);
  const within = findCheckpointFolder(files, path);
  const run = dirname(dirname(within));
  const inRun = (name: string) => (run === '.' ? name : name.startsWith(`${run}/`) ? name.slice(run.length + 1) : undefined);
  if (!within.includes('/') || ![...files.keys()].some((name) => inRun(name) === 'corpus.json')) {
    const remedy = 'Give the zip of the whole folder of the run, or the folder itself.';
    throw new InputError(path, 'a checkpoint without the tables of its run', 'the zip of a run', remedy);
  }
  const unpackedTo = join(dirname(path), basename(path).slice(0, -'.zip'.length));
  const checkpoint = join(unpackedTo, inRun(`${within}/`)!);
  if (await exists(unpackedTo)) {
    const state = await readFile(join(checkpoint, 'state.json')).catch(() => undefined);
    if (state?.equals(files.get(`${within}/state.json`)!)) return { checkpoint };
    const expected = `none, or what ${path} unpacks to`;
    throw new InputError(unpackedTo, 'a folder with other content', expected, 'Rename one of them, or unpack the zip elsewhere.');
  }
  await replaceDirectory(unpackedTo, async (aside) => {
    for (const [name, bytes] of files) {
      const own = inRun(name);
      if (own === undefined) continue;
      await mkdir(dirname(join(aside, own)), { recursive: true });
      await writeFlushed(join(aside, own), bytes);
    }
  });
  return { checkpoint, unpackedTo };
}
