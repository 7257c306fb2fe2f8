import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { followNames, namesIn } from './corpus-folder.ts';

/** Where VoxCeleb1 is, and who is told of long work. */
export interface VoxCeleb1Source {
  /** folder of the corpus, with `dev/wav` and `test/wav`, or with `wav` for both */
  readonly root: string;
  /** searched for the file lists first, then `root` and `root/meta` */
  readonly cacheDir?: string;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

/** The identification split: a usage and a file in each line. */
const splitList = 'iden_split.txt';
const audioFolders = ['dev/wav', 'test/wav', 'wav', 'vox1_dev_wav/wav', 'vox1_test_wav/wav'];
/** What the lists call a file: speaker/video/number.wav. */
export const voxCeleb1File = /^id\d{5}\/[^/\s]+\/[^/\s]+\.wav$/;

/** A published list of files, by lines that are not blank. */
export interface VoxCeleb1List {
  readonly name: string;
  readonly path: string;
  readonly lines: readonly { readonly words: readonly string[]; readonly row: number }[];
}

/**
 * The first of these lists that is there.
 *
 * @throws InputError when there is none, with where it is published
 */
export async function readVoxCeleb1List(source: VoxCeleb1Source, names: readonly string[]): Promise<VoxCeleb1List> {
  const folders = [...(source.cacheDir ? [source.cacheDir] : []), source.root, join(source.root, 'meta')];
  // the better list wins wherever it lies
  for (const name of names) {
    for (const folder of folders) {
      const present = (await namesIn(folder)).find((other) => other.toLowerCase() === name);
      if (present === undefined) continue;
      const path = join(folder, present);
      const lines = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
      const words = lines.map((line, index) => ({ words: line.split(/\s+/).filter(Boolean), row: index + 1 }));
      return { name, path, lines: words.filter((line) => line.words.length > 0) };
    }
  }
  const isThere = (await namesIn(source.root)).length > 0;
  throw new InputError(
    source.root,
    isThere ? `no ${names.slice(0, 2).join(' or ')}` : 'no such folder, or an empty one',
    `this file list in ${folders.join(', ')}`,
    `Get it from the VoxCeleb page of the Visual Geometry Group (VGG), University of Oxford, where ${names[0] === splitList ? 'the identification split of VoxCeleb1 is published as iden_split.txt' : 'the cleaned trial list of VoxCeleb1 is published as veri_test2.txt'}, and put it into ${source.root}.`,
  );
}

/** The lines `usage file` of the identification split: usage 1 training, 2 validation, 3 test. */
export async function readVoxCeleb1Split(source: VoxCeleb1Source): Promise<{
  readonly path: string;
  readonly files: readonly { readonly usage: '1' | '2' | '3'; readonly file: string }[];
}> {
  const list = await readVoxCeleb1List(source, [splitList]);
  const earlier = new Map<string, { readonly usage: string; readonly row: number }>();
  const files = list.lines.map(({ words, row }) => {
    const [usage, file] = words;
    if (words.length !== 2 || !/^[123]$/.test(usage!) || !voxCeleb1File.test(file!)) {
      throw badVoxCeleb1Line(list, row, words, 'a usage from 1 to 3 and a file such as 3 id10001/1zcIwhmdeo4/00001.wav');
    }
    const first = earlier.get(file!) ?? { usage: usage!, row };
    if (first.usage !== usage)
      throw badVoxCeleb1Line(list, row, words, `one usage of a file; this is another usage than in row ${first.row}`);
    earlier.set(file!, first);
    return { usage: usage as '1' | '2' | '3', file: file! };
  });
  return { path: list.path, files };
}

export function badVoxCeleb1Line(list: VoxCeleb1List, row: number, words: readonly string[], expected: string): InputError {
  return new InputError(`${list.path}, row ${row}`, `'${words.join(' ')}'`, expected, 'Get the list anew; it is used as published.');
}

/**
 * The path of each listed file, speaker/video/file.
 *
 * @throws InputError when there is no audio, or some is missing: with the first ten files
 */
export async function locateVoxCeleb1(source: VoxCeleb1Source, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const progress = source.onProgress ?? (() => undefined);
  const audio = await findAudio(source.root, (done, total) => progress('finding the audio of VoxCeleb1', done, total));
  return locate(source.root, files, audio);
}

/** Every wav file of the corpus: speaker/video/file to its path. */
async function findAudio(root: string, onProgress: (done: number, total: number) => void): Promise<ReadonlyMap<string, string>> {
  const speakers: string[] = [];
  for (const folder of audioFolders) {
    const path = await followNames(root, folder.split('/'));
    if (path === undefined) continue;
    for (const name of await namesIn(path)) if (/^id\d{5}$/i.test(name)) speakers.push(join(path, name));
  }
  if (speakers.length === 0) {
    const there = (await namesIn(root)).slice(0, 10).join(', ');
    throw new InputError(
      root,
      there ? `no audio of VoxCeleb1 (there are ${there})` : 'no such folder, or an empty one',
      'folders such as dev/wav/id10001 and test/wav/id10270',
      'Unpack the corpus there, or name the folder that holds dev and test.',
    );
  }
  const audio = new Map<string, string>();
  for (const [index, folder] of speakers.entries()) {
    const speaker = folder.slice(-7);
    const videos = await Promise.all((await namesIn(folder)).map(async (video) => ({ video, files: await namesIn(join(folder, video)) })));
    for (const { video, files } of videos) {
      for (const file of files) {
        const key = `${speaker}/${video}/${file}`;
        if (/\.wav$/i.test(file) && !audio.has(key)) audio.set(key, join(folder, video, file));
      }
    }
    onProgress(index + 1, speakers.length);
  }
  return audio;
}

/**
 * The path of each listed file.
 *
 * Exactly as written where there is such a file, since names of videos differ by case; else
 * the one file that differs by case only, as some ways of copying change it.
 */
function locate(root: string, files: readonly string[], audio: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  let byLowerCase: Map<string, string[]> | undefined;
  const missing: string[] = [];
  for (const file of files) {
    let path = audio.get(file);
    if (path === undefined) {
      byLowerCase ??= groupByLowerCase(audio);
      const alike = byLowerCase.get(file.toLowerCase()) ?? [];
      if (alike.length === 1) path = alike[0]!;
    }
    if (path === undefined) missing.push(file);
    else paths.set(file, path);
  }
  if (missing.length === 0) return paths;
  throw new InputError(
    root,
    `${missing.length} of ${files.length} audio files missing: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ...' : ''}`,
    'every file of the lists',
    'Unpack the missing parts of the corpus.',
  );
}

function groupByLowerCase(audio: ReadonlyMap<string, string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, path] of audio) {
    const lower = key.toLowerCase();
    const group = groups.get(lower);
    if (group) group.push(path);
    else groups.set(lower, [path]);
  }
  return groups;
}
