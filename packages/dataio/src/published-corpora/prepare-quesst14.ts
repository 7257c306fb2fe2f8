import { basename, join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { readTextFile, readTextLines } from '../tables/text-file.ts';
import { followNames, namesIn } from './corpus-folder.ts';
import { locateFiles } from './locate-files.ts';

/** Where QUESST 2014 is, and who is told of long work. */
export interface Quesst14Source {
  /** folder with `Audio`, `dev_queries`, `eval_queries` and `scoring`, or one that holds `quesst14Database` */
  readonly root: string;
  /** as the corpus calls it; all languages where null */
  readonly language?: string | null | undefined;
  readonly onProgress?: ((label: string, done: number, total: number) => void) | undefined;
}

/**
 * QUESST 2014 for query by example, from its official lists: `train` are the documents, `valid` the development queries and
 * `eval` those of the evaluation, each with the documents that have it.
 *
 * Of one language only the recordings are searched; the others of the ground truth stay in the tables without audio, since
 * MediaEval's scorer judges them too and S3PRL's figures have them in. SUPERB takes the English ones (`nnenglish`).
 *
 * Anguera et al., "QUESST2014: Evaluating Query-by-Example Speech Search in a Zero-Resource Setting with Real-Life Queries", 2015.
 *
 * @throws InputError when a list, the ground truth or audio is missing, a line is no file and language, or no recording has the language
 */
export async function prepareQuesst14({ root: given, language = 'nnenglish', onProgress }: Quesst14Source): Promise<Corpus> {
  const root = (await followNames(given, ['quesst14Database'])) ?? given;
  const table = async (name: string, list: string): Promise<Table> => {
    const recordings = await recordingsOf(root, list);
    const searched = recordings.filter((recording) => language === null || recording.language === language);
    if (searched.length === 0) {
      const there = [...new Set(recordings.map((recording) => recording.language))].sort().join(', ');
      throw new InputError('corpus.language', `'${language}'`, `a language of ${list}: ${there}`, 'Name one of them, or null for all.');
    }
    const files = searched.map(({ file }) => file);
    const told = (done: number, total: number) => onProgress?.(`finding the ${name} of QUESST 2014`, done, total);
    const paths = await locateFiles(root, files, told);
    const pathOf = new Map(files.map((file, index) => [file, join(paths[index]!)]));
    return recordings.map(({ id, file, language }) => ({ id, wav_path: pathOf.get(file) ?? '', language }));
  };
  const documents = await table('documents', 'language_key_utterances.lst');
  const truths = { dev: await groundTruth(root, 'dev'), eval: await groundTruth(root, 'eval') };
  const judged = documents.filter((row) => Object.values(truths).some(({ isJudged }) => isJudged(row['id']!)) || row['wav_path'] !== '');
  const known = new Set(judged.map((row) => row['id']!));
  const queries = async (split: 'dev' | 'eval'): Promise<Table> => {
    const rows = await table(`${split} queries`, `language_key_${split}.lst`);
    const { occurrences } = truths[split];
    return rows.map((row) => ({ ...row, documents: (occurrences.get(row['id']!) ?? []).filter((id) => known.has(id)).join(' ') }));
  };
  return { train: judged, valid: await queries('dev'), tests: { eval: await queries('eval') } };
}

interface Recording {
  readonly id: string;
  /** from the root, with forward slashes */
  readonly file: string;
  readonly language: string;
}

async function recordingsOf(root: string, list: string): Promise<readonly Recording[]> {
  const path = await listPath(root, ['scoring', list], 'scoring/language_key_utterances.lst and its like');
  return (await readTextLines(path, 'a list of QUESST 2014')).map(({ fields, line, text }) => {
    const [file, language] = fields;
    if (fields.length !== 2 || !file!.includes('/')) {
      const expected = 'a file and its language, such as quesst14Database/Audio/quesst14_00001.wav nnenglish';
      throw new InputError(`${path}, row ${line}`, `'${text}'`, expected, 'Take the list as it is published.');
    }
    // its first folder is that of the corpus, whatever it is called here
    return { id: stem(file!), file: file!.replace(/^.*?\//, ''), language: language! };
  });
}

/** Which documents have each query, and which documents count. */
async function groundTruth(
  root: string,
  split: string,
): Promise<{ readonly occurrences: ReadonlyMap<string, readonly string[]>; readonly isJudged: (document: string) => boolean }> {
  const names = ['scoring', `groundtruth_quesst14_${split}`];
  const folder = await listPath(root, names, 'the ground truth of QUESST 2014');
  const files = await namesIn(folder);
  const rttm = files.find((name) => name.toLowerCase().endsWith('.rttm'));
  if (rttm === undefined) {
    throw new InputError(
      folder,
      files.join(', ') || 'nothing',
      'an RTTM file, which says where the queries are',
      'Unpack the corpus anew.',
    );
  }
  const occurrences = new Map<string, string[]>();
  for (const { fields, line, text } of await readTextLines(join(folder, rttm), 'an RTTM file', /^;;/)) {
    if (fields[0]!.toUpperCase() !== 'LEXEME') continue;
    const [, document, , , , query] = fields;
    if (query === undefined) {
      throw new InputError(
        `${join(folder, rttm)}, row ${line}`,
        `'${text}'`,
        'LEXEME document channel start duration query',
        'Mend the line.',
      );
    }
    if (query === 'NO_KEYWORD') continue;
    const having = occurrences.get(query) ?? [];
    // one that has it twice counts once
    if (!having.includes(document!)) having.push(document!);
    occurrences.set(query, having);
  }
  const ecf = files.find((name) => name.toLowerCase().endsWith('.ecf.xml'));
  if (ecf === undefined) return { occurrences, isJudged: () => true };
  const text = await readTextFile(join(folder, ecf), 'an XML file');
  const excerpts = new Set(Array.from(text.matchAll(/audio_filename\s*=\s*["']([^"']+)["']/g), ([, file]) => stem(file!)));
  return { occurrences, isJudged: (document) => excerpts.size === 0 || excerpts.has(document) };
}

async function listPath(root: string, names: readonly string[], what: string): Promise<string> {
  const path = await followNames(root, names);
  if (path !== undefined) return path;
  const there = (await namesIn(root)).slice(0, 10).join(', ');
  throw new InputError(
    root,
    there ? `no ${names.join('/')} (there are ${there})` : 'no such folder, or an empty one',
    what,
    'Unpack quesst14Database.tgz there, or name the folder that holds Audio and scoring.',
  );
}

/** Name of a file without folders and ending. */
const stem = (file: string): string => basename(file).replace(/\.[^.]*$/, '');
