import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import {
  prepareSpeakerVerification,
  readTable,
  resolveWavPaths,
  speakerTable,
  type speakerVerificationCorpus,
  trialTable,
} from '@s3/dataio';
import { type Corpus, InputError, type RecipeContext, type Table } from '@s3/interface';
import type { z } from 'zod';

/**
 * Tables for speaker verification from VoxCeleb1, csv files, or Kaldi directories in their place.
 *
 * A training directory has `wav.scp` and `utt2spk`; a directory of trials has ESPnet's `trial.scp`, `trial2.scp` and `trial_label`,
 * whose names are `utt1*utt2`. A test set has the name of its directory.
 *
 * @throws InputError as `prepareSpeakerVerification`, and with file and line for what a directory lacks or has wrong
 */
export async function prepareSpeakerCorpus(config: z.output<typeof speakerVerificationCorpus>, context: RecipeContext): Promise<Corpus> {
  const { train, valid, tests } = config;
  const testPaths = tests === undefined ? [] : typeof tests === 'string' ? tests.split(',').map((path) => path.trim()) : tests;
  const given = [train, valid, ...testPaths].filter((path) => path !== undefined);
  const folders = new Set<string>();
  for (const path of given) if ((await stat(path).catch(() => undefined))?.isDirectory()) folders.add(path);
  if (folders.size === 0 || config.root !== undefined || train === undefined || testPaths.length === 0) {
    return prepareSpeakerVerification(config, context);
  }
  const trialsOf = async (path: string) =>
    checked(folders.has(path) ? await kaldiTrials(path) : await csv(path, trialColumns), trialTable, path);
  const testTables: { [name: string]: Table } = {};
  for (const path of testPaths) {
    const name = basename(resolve(path)).replace(/\.csv$/i, '');
    if (name in testTables) throw new InputError('corpus.tests', `two called '${name}'`, 'a name of its own for each', 'Rename one.');
    testTables[name] = await trialsOf(path);
  }
  return {
    train: await checked(folders.has(train) ? await kaldiUtterances(train) : await csv(train, utteranceColumns), speakerTable, train),
    ...(valid !== undefined && { valid: await trialsOf(valid) }),
    tests: testTables,
  };
}

const utteranceColumns = ['id', 'wav_path', 'spk'];
const trialColumns = ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'];

async function csv(path: string, columns: readonly string[]): Promise<Table> {
  return resolveWavPaths(await readTable(path, { columns }), path);
}

function checked(table: Table, check: (table: Table, name: string) => unknown, name: string): Table {
  check(table, name);
  return table;
}

async function kaldiUtterances(folder: string): Promise<Table> {
  const speakers = await pairs(join(folder, 'utt2spk'), '<utterance> <speaker>');
  const paths = await pairs(join(folder, 'wav.scp'), '<utterance> <path>');
  const lacking = [...paths.keys()].filter((id) => !speakers.has(id));
  if (lacking.length > 0) {
    throw new InputError(
      join(folder, 'utt2spk'),
      `no speaker for ${lacking.slice(0, 20).join(', ')}`,
      'one for each line of wav.scp',
      'Add them.',
    );
  }
  return [...paths].map(([id, path]) => ({ id, wav_path: audioPath(path, folder, 'wav.scp', id), spk: speakers.get(id)! }));
}

async function kaldiTrials(folder: string): Promise<Table> {
  const labels = await pairs(join(folder, 'trial_label'), '<utt1*utt2> <0 or 1>');
  const [first, second] = [
    await pairs(join(folder, 'trial.scp'), '<utt1*utt2> <path>'),
    await pairs(join(folder, 'trial2.scp'), '<utt1*utt2> <path>'),
  ];
  const wrong = [...labels.keys()].find((trial) => !/^[^*]+\*[^*]+$/.test(trial));
  if (wrong !== undefined) throw new InputError(join(folder, 'trial_label'), `the trial '${wrong}'`, 'utt1*utt2', 'Mend the line.');
  const paths = [
    { file: 'trial.scp', of: first },
    { file: 'trial2.scp', of: second },
  ];
  for (const { file, of } of paths) {
    const lacking = [...labels.keys()].filter((trial) => !of.has(trial)).map((trial) => `'${trial}'`);
    if (lacking.length === 0) continue;
    const found = `no line for ${lacking.length === 1 ? 'the trial' : `${lacking.length} trials:`} ${lacking.join(', ')}`;
    throw new InputError(join(folder, file), found, 'one for each line of trial_label', 'Add what is missing.');
  }
  return [...labels].map(([trial, label]) => {
    const [id1, id2] = trial.split('*') as [string, string];
    const [path1, path2] = paths.map(({ file, of }) => audioPath(of.get(trial)!, folder, file, trial)) as [string, string];
    return { id1, id2, wav_path1: path1, wav_path2: path2, label };
  });
}

/** Lines of a name and what belongs to it. */
async function pairs(file: string, form: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const found = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (cause as Error).message;
    throw new InputError(file, found, `lines of ${form}`, 'Check the Kaldi directory, or give a csv file in its place.', { cause });
  }
  const found = new Map<string, string>();
  text.split('\n').forEach((line, index) => {
    const match = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line);
    if (line.trim() === '') return;
    const where = `${file}, row ${index + 1}`;
    if (!match) throw new InputError(where, `'${line.trim()}'`, form, 'Mend the line.');
    if (found.has(match[1]!)) throw new InputError(where, `'${match[1]}' a second time`, 'each name once', 'Remove one of them.');
    found.set(match[1]!, match[2]!);
  });
  return found;
}

/** Relative paths count from the working directory, as in Kaldi. */
function audioPath(path: string, folder: string, file: string, name: string): string {
  if (path.endsWith('|') || path.startsWith('|')) {
    const remedy = 'Write the audio to files first: commands in data are not run.';
    throw new InputError(`${join(folder, file)}, '${name}'`, `the command '${path}'`, 'the path of an audio file', remedy);
  }
  return isAbsolute(path) ? path : resolve(path);
}
