import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';

/** Where LibriSpeech is, which of its sets are used, and who is told of long work. */
export interface LibriSpeechSource {
  /** folder with SPEAKERS.TXT and one folder for each set, such as train-clean-100 */
  readonly root: string;
  readonly trainSets?: readonly string[];
  readonly validSets?: readonly string[];
  readonly testSets?: readonly string[];
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

/**
 * LibriSpeech for speech to text, from its official folders: `<set>/<speaker>/<chapter>/<speaker>-<chapter>-<number>.flac`
 * with the transcriptions in `<speaker>-<chapter>.trans.txt`.
 *
 * Training sets are joined, validation sets, too; each test set stays one of its own, under its name. S3PRL writes all test sets to the
 * file of the first.
 *
 * Panayotov et al., "LibriSpeech: an ASR corpus based on public domain audio books", 2015.
 *
 * @throws InputError for a set that is not there or is named twice, a transcription without audio or audio without transcription, a line
 *   that is none of a transcription, with its row
 */
export async function prepareLibriSpeech(source: LibriSpeechSource): Promise<Corpus> {
  const { root, trainSets = ['train-clean-100'], validSets = ['dev-clean'], testSets = ['test-clean'] } = source;
  const all = [...trainSets, ...validSets, ...testSets];
  const doubled = all.find((set, index) => all.indexOf(set) !== index);
  if (doubled !== undefined) {
    throw new InputError('corpus', `the set ${doubled} twice`, 'each set once', 'Take it out of trainSets, validSets or testSets.');
  }
  const empty = [['trainSets', trainSets] as const, ['testSets', testSets] as const].find(([, sets]) => sets.length === 0);
  if (empty) throw new InputError(`corpus.${empty[0]}`, 'no set', 'at least one', 'Name one, such as train-clean-100 or test-clean.');

  const genders = await readGenders(root);
  const tables = new Map<string, Table>();
  for (const [index, set] of all.entries()) {
    tables.set(set, await readSet(root, set, genders));
    source.onProgress?.('reading LibriSpeech', index + 1, all.length);
  }
  const joined = (sets: readonly string[]): Table =>
    sets.flatMap((set) => tables.get(set)!).sort((one, other) => (one['id']! < other['id']! ? -1 : 1));
  return {
    train: joined(trainSets),
    ...(validSets.length > 0 && { valid: joined(validSets) }),
    tests: Object.fromEntries(testSets.map((set) => [set, tables.get(set)!])),
  };
}

/** The utterances of a set, by id. */
async function readSet(root: string, set: string, genders: ReadonlyMap<string, string>): Promise<Table> {
  const folder = join(root, set);
  const speakers = await foldersIn(folder);
  if (speakers.length === 0) {
    const there = (await foldersIn(root)).slice(0, 10).join(', ');
    throw new InputError(
      folder,
      there ? `no such set (there are ${there})` : 'no such folder, or an empty one',
      `the folder ${set} of LibriSpeech`,
      'Unpack the set there, or choose other sets.',
    );
  }
  const rows: Record<string, string>[] = [];
  for (const speaker of speakers) {
    for (const chapter of await foldersIn(join(folder, speaker))) {
      for (const { id, path, text } of await readChapter(join(folder, speaker, chapter), `${speaker}-${chapter}`)) {
        rows.push({ id, wav_path: path, transcription: text, speaker, gender: genders.get(speaker) ?? '', corpus_split: set });
      }
    }
  }
  if (rows.length === 0) throw new InputError(folder, 'no utterance', 'chapters with transcriptions', 'Unpack the set again.');
  return rows.sort((one, other) => (one['id']! < other['id']! ? -1 : 1));
}

async function readChapter(folder: string, name: string): Promise<{ id: string; path: string; text: string }[]> {
  const files = await readdir(folder);
  const audio = new Map(
    files.flatMap((file) => (/\.(flac|wav)$/i.test(file) ? [[file.replace(/\.[^.]+$/, ''), join(folder, file)] as const] : [])),
  );
  const transcript = join(folder, `${name}.trans.txt`);
  if (!files.includes(`${name}.trans.txt`)) {
    if (audio.size === 0) return [];
    throw new InputError(transcript, 'no such file', `the transcriptions of ${audio.size} recordings`, 'Unpack the set again.');
  }
  const lines = (await readFile(transcript, 'utf8')).split(/\r?\n/);
  const texts = new Map<string, string>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const [, id, text] = /^(\S+) +(\S.*)$/.exec(line) ?? [];
    if (!id || !text?.trim()) {
      throw new InputError(
        `${transcript}, row ${index + 1}`,
        `'${line}'`,
        `an id and its text, such as ${name}-0000 CHAPTER ONE`,
        'Unpack the set again.',
      );
    }
    texts.set(id, text.trim());
  });
  const alone = [...texts.keys()].find((id) => !audio.has(id));
  if (alone !== undefined)
    throw new InputError(transcript, `${alone} without its recording`, `${alone}.flac beside it`, 'Unpack the set again.');
  const silent = [...audio.keys()].find((id) => !texts.has(id));
  if (silent !== undefined)
    throw new InputError(
      audio.get(silent)!,
      'a recording without transcription',
      `a line for it in ${transcript}`,
      'Unpack the set again.',
    );
  return [...texts].map(([id, text]) => ({ id, path: audio.get(id)!, text }));
}

/** Speaker to M or F; none where the list of speakers is missing, since nothing depends on it (S3PRL fails). */
async function readGenders(root: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(join(root, 'SPEAKERS.TXT'), 'utf8');
  } catch {
    return new Map();
  }
  const fields = text.split(/\r?\n/).map((line) => line.split('|').map((field) => field.trim()));
  return new Map(fields.flatMap(([speaker, gender]) => (speaker && gender && /^\d+$/.test(speaker) ? [[speaker, gender]] : [])));
}

/** Sorted folders with numbers or names of sets; none where there is no folder. */
async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new InputError(folder, message, 'a folder that can be read', 'Mend its permissions.', { cause });
  }
}
