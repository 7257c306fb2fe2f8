import { basename, extname, join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { readTextFile } from '../tables/text-file.ts';
import { followNames, namesIn, visibleFiles } from './corpus-folder.ts';

/** Where Audio SNIPS is, whose recordings are used, and who is told of long work. */
export interface AudioSnipsSource {
  /** folder with all.iob.snips.txt, train, valid and test, or one that holds it as SNIPS */
  readonly root: string;
  readonly trainSpeakers: readonly string[];
  readonly validSpeakers: readonly string[];
  readonly testSpeakers: readonly string[];
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const transcriptFile = 'all.iob.snips.txt';
const layout = `the folder SNIPS with ${transcriptFile}, train, valid and test`;

/**
 * Audio SNIPS for slot filling, from its layout in SUPERB: `all.iob.snips.txt` with the words, their slots and the intent of
 * each utterance, and the recordings of each split below `train`, `valid` and `test` (WAV, MP3 or FLAC).
 *
 * The words are normalised as S3PRL does it: accents and signs of punctuation go, `&` becomes `AND`. Recordings of other speakers are
 * passed over, and so are those without a transcription.
 *
 * Lai et al., "Semi-supervised Spoken Language Understanding via Self-supervised Speech and Language Model Pretraining", 2021.
 *
 * @throws InputError when the folder is another one, for a line that cannot be read, with its row, a speaker without recordings,
 *   and for transcriptions whose recordings are missing
 */
export async function prepareAudioSnips({ onProgress, ...source }: AudioSnipsSource): Promise<Corpus> {
  const root = await findRoot(source.root);
  const sentences = await readSentences((await followNames(root, [transcriptFile]))!);
  const splits = [
    ['train', source.trainSpeakers],
    ['valid', source.validSpeakers],
    ['test', source.testSpeakers],
  ] as const;
  const tables: Table[] = [];
  for (const [split, speakers] of splits) {
    tables.push(await readSplit(root, split, speakers, sentences));
    onProgress?.('reading Audio SNIPS', tables.length, splits.length);
  }
  const [train, valid, test] = tables as [Table, Table, Table];
  return { train, valid, tests: { test } };
}

interface Sentence {
  readonly id: string;
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly intent: string;
}

async function findRoot(folder: string): Promise<string> {
  for (const names of [[], ['SNIPS']]) {
    const root = await followNames(folder, names);
    if (root !== undefined && (await followNames(root, [transcriptFile])) !== undefined) return root;
  }
  const there = await namesIn(folder);
  const raw = there.some((name) => /^(audio_slu.*|audio_[A-Z].*)$/.test(name));
  throw new InputError(
    folder,
    there.length > 0 ? `no ${transcriptFile} (there are ${there.slice(0, 10).join(', ')})` : 'no such folder, or an empty one',
    layout,
    raw
      ? "These are the recordings as downloaded; make the folder SNIPS of them with S3PRL's preprocess/snips_prepare_data.sh."
      : 'Name the folder that holds them.',
  );
}

/** Utterance id in lower case to what is said. */
async function readSentences(path: string): Promise<ReadonlyMap<string, Sentence>> {
  const sentences = new Map<string, Sentence>();
  const lines = (await readTextFile(path, 'the transcriptions of Audio SNIPS')).split(/\r?\n/);
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const [said = '', labels] = line.trim().split('\t');
    const [id = '', ...words] = said.trim().split(/ +/);
    const tags = labels?.trim().split(/ +/) ?? [];
    if (words.length < 3 || words.length !== tags.length) {
      throw new InputError(
        `${path}, row ${index + 1}`,
        labels === undefined ? 'no tab' : `${words.length} words and ${tags.length} labels`,
        'an id and words from BOS to EOS, a tab, and a label for each of them, the intent last',
        'Make the file anew.',
      );
    }
    // BOS, EOS and their labels; that of EOS is the intent
    sentences.set(id.toLowerCase(), { id, words: words.slice(1, -1), tags: tags.slice(1, -1), intent: tags.at(-1)! });
  });
  if (sentences.size === 0) throw new InputError(path, 'an empty file', 'a line for each utterance', 'Make the file anew.');
  return sentences;
}

async function readSplit(
  root: string,
  split: string,
  speakers: readonly string[],
  sentences: ReadonlyMap<string, Sentence>,
): Promise<Table> {
  const folder = await followNames(root, [split]);
  if (folder === undefined) {
    const there = (await namesIn(root)).slice(0, 10).join(', ');
    throw new InputError(join(root, split), `no such folder (there are ${there})`, layout, 'Unpack the recordings of this split there.');
  }
  const recordings = new Map<string, string>();
  for (const path of await visibleFiles(folder)) {
    const type = extname(path).toLowerCase();
    const id = basename(path, extname(path)).toLowerCase();
    // of several encodings the WAV file, which S3PRL reads
    if (type === '.wav' || (['.mp3', '.flac'].includes(type) && !recordings.has(id))) recordings.set(id, path);
  }

  const rows: Record<string, string>[] = [];
  const missing: string[] = [];
  const spokenBy = new Map(speakers.map((speaker) => [speaker.toLowerCase(), 0]));
  for (const [key, { id, words, tags, intent }] of sentences) {
    const [speaker = '', , belongsTo] = id.split('-');
    if (!spokenBy.has(speaker.toLowerCase())) continue;
    const path = recordings.get(key);
    if (path === undefined) {
      if (belongsTo?.toLowerCase() === split) missing.push(id);
      continue;
    }
    spokenBy.set(speaker.toLowerCase(), spokenBy.get(speaker.toLowerCase())! + 1);
    const spoken = normalised(words, tags);
    rows.push({
      id,
      wav_path: path,
      transcription: spoken.words.join(' '),
      iob: spoken.tags.join(' '),
      intent,
      speaker,
      corpus_split: split,
    });
  }
  const silent = speakers.find((speaker) => spokenBy.get(speaker.toLowerCase()) === 0);
  if (silent !== undefined) {
    const there = [...new Set([...recordings.keys()].flatMap((id) => sentences.get(id)?.id.split('-')[0] ?? []))].sort();
    throw new InputError(
      `corpus.${split}Speakers`,
      `'${silent}', who has no recordings in ${folder}`,
      there.length > 0 ? `speakers with recordings there: ${there.join(', ')}` : 'recordings there with ids of the transcriptions',
      missing.length > 0 ? 'Unpack the recordings of this speaker, or leave the speaker out.' : 'Correct the name, or leave it out.',
    );
  }
  if (missing.length > 0) {
    throw new InputError(
      folder,
      `${missing.length} of ${missing.length + rows.length} recordings missing: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ...' : ''}`,
      'every recording of the chosen speakers that is transcribed',
      `Unpack the missing recordings, or take their lines out of ${transcriptFile}.`,
    );
  }
  return rows.sort((one, other) => (one['id']! < other['id']! ? -1 : 1));
}

const plainLetters = new Map(Array.from('ÁÃÄÅÆÇÈÉÊËÍÏÐÒÓÔÖØÚÛĘŃŌŞŪ', (letter, index) => [letter, 'AAAAACEEEEIIDOOOOOUUENOSU'[index]!]));

/** Words as S3PRL writes them, each with its tag; a word may become several or none. */
function normalised(words: readonly string[], tags: readonly string[]): { words: string[]; tags: string[] } {
  const pairs = words.flatMap((word, index) => {
    const plain = word
      .replaceAll('楽園追放', 'EXPELLED')
      .replaceAll('官方杂志', '')
      .replaceAll('–', '-')
      .replaceAll('&', ' AND ')
      .replaceAll('"', ' ');
    const letters = Array.from(plain, (letter) => plainLetters.get(letter) ?? letter).join('');
    // whatever is part of this text, as S3PRL has it: one sign, or several of them in this order
    const kept = letters.split(' ').filter((part) => !'?!.,;-–…'.includes(part));
    return kept.map((part) => ({ part, tag: tags[index]! }));
  });
  return { words: pairs.map(({ part }) => part), tags: pairs.map(({ tag }) => tag) };
}
