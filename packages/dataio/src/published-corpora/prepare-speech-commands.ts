import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { audioInfo } from '../audio/recording-file.ts';
import { namesIn } from './corpus-folder.ts';

/** Where Speech Commands v1 is, and who is told of long work. */
export interface SpeechCommandsSource {
  /** folder of the training archive, with a folder for each word; or a folder that holds it and the test archive */
  readonly root: string;
  /** folder of the test archive; `speech_commands_test_set_v0.01` in or beside `root` unless given */
  readonly testRoot?: string | undefined;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const trainFolder = 'speech_commands_v0.01';
const testFolder = 'speech_commands_test_set_v0.01';
const keywords = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];
const [unknown, silence] = ['_unknown_', '_silence_'];
const noiseFolder = '_background_noise_';
const largestHash = 2 ** 27 - 1;

/**
 * Speech Commands v1 for keyword spotting: ten words, `_unknown_` for all others and `_silence_`.
 *
 * The hash of a speaker puts his recordings on one side of the split: the tenth that the corpus reserves for validation
 * is the valid table, the tenth that it reserves for tests is left out, since the test table has the test archive. Background noise
 * is cut into pieces of one second, which are in both train and valid, as in S3PRL.
 *
 * Warden, "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", 2018.
 *
 * @throws InputError when a folder of a word or of the noise is missing, or the test archive is, with what is there instead
 */
export async function prepareSpeechCommands(source: SpeechCommandsSource): Promise<Corpus> {
  const root = (await childFolder(source.root, trainFolder)) ?? source.root;
  const testRoot = source.testRoot ?? (await childFolder(source.root, testFolder)) ?? (await childFolder(join(root, '..'), testFolder));
  if (testRoot === undefined) {
    throw new InputError(
      source.root,
      `no ${testFolder} in it or beside it`,
      'the test archive of Speech Commands v1',
      'Unpack it there, or set corpus.testRoot to its folder.',
    );
  }
  const folders = await wordFolders(root, [...keywords, noiseFolder]);
  const noise = await recordings(root, folders.get(noiseFolder)!, noiseFolder);
  const pieces = (await Promise.all(noise.map((recording) => inSeconds(recording)))).flat();
  const train: Row[] = [...pieces];
  const valid: Row[] = [...pieces];
  let done = 0;
  for (const [word, folder] of folders) {
    if (word !== noiseFolder) {
      const label = keywords.includes(word) ? word : unknown;
      for (const recording of await recordings(root, folder, word)) {
        const side = sideOf(recording.id);
        if (side !== 'test') (side === 'valid' ? valid : train).push({ ...rowOf(recording), label });
      }
    }
    source.onProgress?.('finding the audio of Speech Commands', ++done, folders.size);
  }
  return { train: sorted(train), valid: sorted(valid), tests: { test: sorted(await testRows(testRoot)) } };
}

interface Recording {
  /** word/file, as S3PRL has it */
  readonly id: string;
  readonly path: string;
}
type Row = { readonly id: string; readonly wav_path: string; readonly label: string; readonly start_sec: string; readonly end_sec: string };

const rowOf = ({ id, path }: Recording) => ({ id, wav_path: path, start_sec: '', end_sec: '' });
const sorted = (rows: readonly Row[]): Table => [...rows].sort((one, other) => (one.id < other.id ? -1 : 1));

async function testRows(testRoot: string): Promise<Row[]> {
  const folders = await wordFolders(testRoot, [...keywords, unknown, silence]);
  const rows: Row[] = [];
  for (const label of [...keywords, unknown, silence]) {
    for (const recording of await recordings(testRoot, folders.get(label)!, label)) {
      if (label === silence) rows.push(...(await inSeconds(recording)));
      else rows.push({ ...rowOf(recording), label });
    }
  }
  return rows;
}

/** Which side of the split a recording is on: the share of the corpus's own hash of its speaker. */
function sideOf(id: string): 'train' | 'valid' | 'test' {
  const speaker = basename(id).replace(/_nohash_.*$/, '');
  const hash = BigInt(`0x${createHash('sha1').update(speaker).digest('hex')}`) % BigInt(largestHash + 1);
  const percentage = Number(hash) * (100 / largestHash);
  return percentage < 10 ? 'valid' : percentage < 20 ? 'test' : 'train';
}

/** Silence in pieces of one second, as the paper has it; the last one may be shorter. */
async function inSeconds({ id, path }: Recording): Promise<Row[]> {
  const { samples, sampleRate } = await audioInfo(path);
  return Array.from({ length: Math.ceil(samples / sampleRate) }, (_, second) => {
    const [start, end] = [second * sampleRate, Math.min((second + 1) * sampleRate, samples)];
    return {
      id: `${id}_${start}_${end}`,
      wav_path: path,
      label: silence,
      start_sec: `${start / sampleRate}`,
      end_sec: `${end / sampleRate}`,
    };
  });
}

/** Folder of each word, whatever its case; hidden folders and files are passed over. */
async function wordFolders(root: string, needed: readonly string[]): Promise<Map<string, string>> {
  const names = (await namesIn(root)).filter((name) => /^[a-z_]+$/i.test(name));
  const folders = new Map(names.map((name) => [name.toLowerCase(), name]));
  for (const name of names) if (name === name.toLowerCase()) folders.set(name, name);
  const missing = needed.filter((word) => !folders.has(word));
  if (missing.length === 0) return folders;
  throw new InputError(
    root,
    names.length > 0 ? `no folder ${missing.join(', ')} (there are ${names.slice(0, 10).join(', ')})` : 'no such folder, or an empty one',
    'a folder for each word of Speech Commands v1',
    'Unpack the archive there, or name the folder that holds the words.',
  );
}

async function recordings(root: string, folder: string, word: string): Promise<Recording[]> {
  const names = (await namesIn(join(root, folder))).filter((name) => /^[^.].*\.wav$/i.test(name));
  if (names.length > 0 || !keywords.includes(word)) {
    return names.map((name) => ({ id: `${word}/${name.toLowerCase()}`, path: join(root, folder, name) }));
  }
  throw new InputError(join(root, folder), 'no wav files', 'the recordings of the word', 'Unpack the archive anew.');
}

async function childFolder(folder: string, name: string): Promise<string | undefined> {
  const present = (await namesIn(folder)).find((other) => other.toLowerCase() === name);
  return present === undefined ? undefined : join(folder, present);
}
