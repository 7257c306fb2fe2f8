import { basename, join } from 'node:path';
import { InputError, type Table } from '@s3/interface';
import { audioEndings } from '../audio/audio-folder.ts';
import { sourceColumn } from '../tables/separation-table.ts';
import { followNames, namesIn } from './corpus-folder.ts';

/** Folders of one set: the mixtures, and each source under the names of its mixtures. */
export interface PairedFolders {
  readonly root: string;
  /** below the root; of several, the first that is there */
  readonly mixtures: readonly string[];
  /** source to its folder below the root, likewise */
  readonly sources: { readonly [source: string]: readonly string[] };
}

/**
 * A row for each mixture of a set, with its sources; files belong together by their names.
 *
 * @throws InputError for a folder that is missing or has no audio, and for files without a partner: how many, and the first ten
 */
export async function pairedFiles({ root, mixtures, sources }: PairedFolders): Promise<Table> {
  const mixed = await audioOf(root, mixtures);
  const alone = await Promise.all(Object.entries(sources).map(async ([source, names]) => ({ source, ...(await audioOf(root, names)) })));
  for (const { folder, names } of alone) {
    refuseWithout(mixed.names, { folder, names }, mixed.folder);
    refuseWithout(names, mixed, folder);
  }
  return [...mixed.names].map((name) => ({
    id: basename(name).replace(audioEndings, ''),
    wav_path: join(mixed.folder, name),
    ...Object.fromEntries(alone.map(({ source, folder }) => [sourceColumn(source), join(folder, name)])),
  }));
}

interface AudioFolder {
  readonly folder: string;
  readonly names: ReadonlySet<string>;
}

async function audioOf(root: string, candidates: readonly string[]): Promise<AudioFolder> {
  for (const candidate of candidates) {
    const folder = await followNames(root, candidate.split('/'));
    const names = folder === undefined ? [] : (await namesIn(folder)).filter((name) => audioEndings.test(name));
    if (folder !== undefined && names.length > 0) return { folder, names: new Set(names) };
  }
  const there = (await namesIn(root)).slice(0, 10).join(', ');
  throw new InputError(
    root,
    there ? `no folder ${candidates.join(' or ')} with audio (there are ${there})` : 'no such folder, or an empty one',
    'the folders of the corpus',
    'Correct corpus.root, or unpack what is missing.',
  );
}

function refuseWithout(needed: ReadonlySet<string>, { folder, names }: AudioFolder, partners: string): void {
  const missing = [...needed].filter((name) => !names.has(name));
  if (missing.length === 0) return;
  throw new InputError(
    folder,
    `${missing.length} of ${needed.size} files missing: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ...' : ''}`,
    `a file for each one of ${partners}, of the same name`,
    'Unpack or make the missing files, or take their partners out.',
  );
}
