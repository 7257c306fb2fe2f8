import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';

/** Where VoxCeleb1 is, and who is told of long work. */
export interface VoxCeleb1Source {
  /** folder of the corpus, with `dev/wav` and `test/wav`, or with `wav` for both */
  readonly root: string;
  /** searched for the file lists first, then `root` and `root/meta` */
  readonly cacheDir?: string;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const splitList = 'iden_split.txt';
/** Names of the trial list without the errors of the first edition: S3PRL's, and that of its publisher. */
const trialLists = ['voxceleb1_test_v2.txt', 'veri_test2.txt'];
const firstTrialList = 'veri_test.txt';
const audioFolders = ['dev/wav', 'test/wav', 'wav', 'vox1_dev_wav/wav', 'vox1_test_wav/wav'];
const audioFile = /^id\d{5}\/[^/\s]+\/[^/\s]+\.wav$/;

/**
 * VoxCeleb1 for speaker verification, from its official folders and file lists.
 *
 * Training has every utterance of the speakers outside id10270..id10309, those that
 * `iden_split.txt` sets apart for validation too; the trials are of these 40 speakers. The test
 * set is `test_trial`, as in S3PRL; with the trial list of the first edition, whose figures
 * differ, it is `veri_test`.
 *
 * S3PRL downloads the lists and numbers the speakers; here the lists are files that the user
 * puts in place, and `spk` is the corpus's own name of the speaker.
 *
 * Nagrani et al., "VoxCeleb: a large-scale speaker identification dataset", 2017.
 *
 * @throws InputError for a list that is not there, with where it is published; for a line that
 *   is none of its list, with its row; for audio that is not there, with the first ten files
 */
export async function prepareVoxCeleb1(source: VoxCeleb1Source): Promise<Corpus> {
  const progress = source.onProgress ?? (() => undefined);
  const split = await readList(source, [splitList]);
  const trials = await readList(source, [...trialLists, firstTrialList]);
  const training = trainingFiles(split);
  const pairs = trialPairs(trials);

  const audio = await findAudio(source.root, (done, total) => progress('finding the audio of VoxCeleb1', done, total));
  const tested = new Set(pairs.flatMap(({ files }) => files));
  const paths = locate(source.root, [...training, ...tested], audio);

  const train = training
    .map((file) => ({ id: utteranceId(file), wav_path: paths.get(file)!, spk: speakerOf(file) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const test: Table = pairs.map(({ files: [first, second], label }) => ({
    id1: utteranceId(first),
    id2: utteranceId(second),
    wav_path1: paths.get(first)!,
    wav_path2: paths.get(second)!,
    label,
  }));
  return { train, tests: { [trials.name === firstTrialList ? 'veri_test' : 'test_trial']: test } };
}

interface List {
  readonly name: string;
  readonly path: string;
  readonly lines: readonly { readonly words: readonly string[]; readonly row: number }[];
}

async function readList(source: VoxCeleb1Source, names: readonly string[]): Promise<List> {
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
  throw new InputError(
    source.root,
    `no ${names.slice(0, 2).join(' or ')}`,
    `this file list in ${folders.join(', ')}`,
    `Get it from the VoxCeleb page of the Visual Geometry Group (VGG), University of Oxford, where ${names[0] === splitList ? 'the identification split of VoxCeleb1 is published as iden_split.txt' : 'the cleaned trial list of VoxCeleb1 is published as veri_test2.txt'}, and put it into ${source.root}.`,
  );
}

/** The files of the lines `usage file`, test speakers left out. */
function trainingFiles(list: List): string[] {
  const files = new Set<string>();
  for (const { words, row } of list.lines) {
    const [usage, file] = words;
    if (words.length !== 2 || !/^[123]$/.test(usage!) || !audioFile.test(file!)) {
      throw badLine(list, row, words, 'a usage from 1 to 3 and a file such as 3 id10001/1zcIwhmdeo4/00001.wav');
    }
    if (!isTestSpeaker(file!)) files.add(file!);
  }
  if (files.size === 0) throw new InputError(list.path, 'no training utterance', 'the identification split', 'Check the file.');
  return [...files];
}

/** The pairs of the lines `label file file`. */
function trialPairs(list: List): { readonly label: string; readonly files: readonly [string, string] }[] {
  const pairs = list.lines.map(({ words, row }) => {
    const [label, first, second] = words;
    if (words.length !== 3 || !/^[01]$/.test(label!) || !audioFile.test(first!) || !audioFile.test(second!)) {
      throw badLine(list, row, words, 'a label 0 or 1 and two files such as 1 id10270/5r0dWxy17C8/00001.wav id10270/x6uYqmx31kE/00001.wav');
    }
    return { label: label!, files: [first!, second!] as const };
  });
  if (pairs.length === 0) throw new InputError(list.path, 'no trials', 'the list of trials', 'Check the file.');
  return pairs;
}

function badLine(list: List, row: number, words: readonly string[], expected: string): InputError {
  return new InputError(`${list.path}, row ${row}`, `'${words.join(' ')}'`, expected, 'Get the list anew; it is used as published.');
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

/** Follows folder names below a folder whatever their case; the exact one first. */
async function followNames(folder: string, names: readonly string[]): Promise<string | undefined> {
  let path = folder;
  for (const name of names) {
    const present = await namesIn(path);
    const found = present.includes(name) ? name : present.find((other) => other.toLowerCase() === name);
    if (found === undefined) return undefined;
    path = join(path, found);
  }
  return path;
}

/** Sorted names in a folder; none where there is no folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new InputError(folder, message, 'a folder that can be read', 'Mend its permissions.', { cause });
  }
}

/** S3PRL's id: the last three parts of the path. */
function utteranceId(file: string): string {
  return file.replaceAll('/', '-');
}

function speakerOf(file: string): string {
  return file.slice(0, 7);
}

/** id10270 to id10309 */
function isTestSpeaker(file: string): boolean {
  const speaker = Number(file.slice(2, 7));
  return speaker >= 10270 && speaker <= 10309;
}
