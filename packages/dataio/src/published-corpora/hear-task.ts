import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { z } from 'zod';
import { nearestNames } from '../tables/nearest-names.ts';
import { readTable } from '../tables/table.ts';
import { rowPlace } from '../tables/table-place.ts';
import { readTextFile } from '../tables/text-file.ts';
import { namesIn } from './corpus-folder.ts';

const metadataFile = 'task_metadata.json';
const vocabularyFile = 'labelvocabulary.csv';

const metadataSchema = z.looseObject({
  task_name: z.string().optional(),
  embedding_type: z.enum(['scene', 'event']),
  prediction_type: z.enum(['multiclass', 'multilabel']),
  nfolds: z.int().positive().nullish(),
  evaluation: z.array(z.string()).default([]),
  evaluation_params: z
    .looseObject({
      event_postprocessing_grid: z
        .looseObject({
          median_filter_ms: z.array(z.number().min(0)).min(1).optional(),
          min_duration: z.array(z.number().min(0)).min(1).optional(),
        })
        .optional(),
    })
    .optional(),
});

/** A task in HEAR's published layout: what its metadata and its files say. */
export interface HearTask {
  /** with `task_metadata.json`, `labelvocabulary.csv`, a JSON file for each split and folders of audio */
  readonly folder: string;
  /** such as `esc50` */
  readonly name: string;
  /** labels of whole recordings, or of parts of them */
  readonly embeddingType: 'scene' | 'event';
  /** exactly one label, or any number of them */
  readonly predictionType: 'multiclass' | 'multilabel';
  /** HEAR's names of the scores, the one that counts first */
  readonly evaluation: readonly string[];
  /** every label, in HEAR's order */
  readonly labels: readonly string[];
  /** splits that are tested in turn, `fold00` and so on; none where train, valid and test are given */
  readonly folds: readonly string[];
  /** values to choose among when frames are made events, in milliseconds, where the task says them */
  readonly postprocessing: {
    readonly medianFilterMs?: readonly number[] | undefined;
    readonly minDurationMs?: readonly number[] | undefined;
  };
}

/**
 * Reads what a folder says of its HEAR task; the folder may also be one above it, if that holds no other.
 *
 * @throws InputError for a folder without a task, one with several, and for metadata, a vocabulary or splits that are not there or not right
 */
export async function readHearTask(root: string): Promise<HearTask> {
  const [folder, ...others] = await hearTaskFolders(root);
  if (folder === undefined) {
    const there = (await namesIn(root)).slice(0, 10).join(', ');
    throw new InputError(
      root,
      there ? `no ${metadataFile} (there are ${there})` : 'no such folder, or an empty one',
      `the folder of a HEAR task, with ${metadataFile}, ${vocabularyFile}, train.json or fold00.json and a folder of audio such as 16000`,
      'Unpack an archive such as hear2021-esc50-v2.0.0-full-48000.tar.gz, and name the folder below its tasks.',
    );
  }
  if (others.length > 0) {
    const found = `${others.length + 1} HEAR tasks: ${[folder, ...others].slice(0, 10).join(', ')}${others.length > 9 ? ', ...' : ''}`;
    throw new InputError(root, found, 'one', 'Name the folder of one of them.');
  }
  const path = join(folder, metadataFile);
  const metadata = metadataSchema.safeParse(await readJson(path));
  if (!metadata.success) {
    const [issue] = metadata.error.issues;
    throw new InputError(path, `${issue!.path.join('.')}: ${issue!.message}`, 'the metadata of a HEAR task', 'Unpack it anew.');
  }
  const { task_name, embedding_type, prediction_type, nfolds, evaluation, evaluation_params } = metadata.data;
  const grid = evaluation_params?.event_postprocessing_grid;
  return {
    folder,
    name: task_name ?? '',
    embeddingType: embedding_type,
    predictionType: prediction_type,
    evaluation,
    labels: await readLabels(join(folder, vocabularyFile)),
    folds: await foldsOf(folder, nfolds ?? undefined),
    postprocessing: { medianFilterMs: grid?.median_filter_ms, minDurationMs: grid?.min_duration },
  };
}

/** Folders of HEAR tasks, at most three below `root`, sorted; `root` itself where it is one. */
export async function hearTaskFolders(root: string, depth = 3): Promise<string[]> {
  const names = await namesIn(root);
  if (names.includes(metadataFile)) return [root];
  if (depth === 0 || names.length === 0) return [];
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => !entry.isFile() && !entry.name.startsWith('.'));
  const found: string[] = [];
  for (const { name } of folders.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    found.push(...(await hearTaskFolders(join(root, name), depth - 1)));
  }
  return found;
}

/**
 * The splits to train on, to choose the checkpoint by and to test, as HEAR and S3PRL choose them: the fold behind the tested one
 * validates, all others train.
 *
 * @throws InputError where a fold is to be named and is not, or the other way round
 */
export function hearSplits(
  { folder, folds }: HearTask,
  testFold: number | undefined,
): { readonly train: readonly string[]; readonly valid: string; readonly test: string } {
  if (folds.length === 0) {
    if (testFold === undefined) return { train: ['train'], valid: 'valid', test: 'test' };
    throw new InputError('corpus.testFold', String(testFold), `nothing: ${folder} has one split, no folds`, 'Leave it out.');
  }
  if (testFold === undefined || testFold >= folds.length) {
    throw new InputError(
      'corpus.testFold',
      testFold === undefined ? 'nothing' : String(testFold),
      `the fold of ${folder} to test on, 0 to ${folds.length - 1}`,
      'Set it; run all of them and take the mean.',
    );
  }
  const valid = (testFold + 1) % folds.length;
  return { train: folds.filter((_, fold) => fold !== testFold && fold !== valid), valid: folds[valid]!, test: folds[testFold]! };
}

/**
 * What a split says of each of its files.
 *
 * @param entry of one file
 * @throws InputError for a file that is missing, no JSON or of another form, with the name of the first entry that is wrong
 */
export async function readHearSplit<Entry>(
  { folder }: HearTask,
  split: string,
  entry: z.ZodType<Entry>,
): Promise<ReadonlyMap<string, Entry>> {
  const path = join(folder, `${split}.json`);
  const parsed = z.record(z.string(), z.unknown()).safeParse(await readJson(path));
  if (!parsed.success || Object.keys(parsed.data).length === 0) {
    throw new InputError(path, 'no names of files with their labels', 'an object such as {"one.wav": ["bark"]}', 'Unpack the task anew.');
  }
  return new Map(
    Object.entries(parsed.data).map(([file, value]) => {
      const one = entry.safeParse(value);
      if (one.success) return [file, one.data];
      const [issue] = one.error.issues;
      throw new InputError(
        `${path}, '${file}'`,
        `${JSON.stringify(value)}`,
        `${issue!.message}`,
        'Mend the entry, or unpack the task anew.',
      );
    }),
  );
}

/**
 * Folder of a task's audio: that of 16 kHz, else the lowest rate above it, else the highest below it; other rates are resampled
 * when they are read.
 *
 * @throws InputError for a task without a folder of audio
 */
export async function hearAudioFolder({ folder }: HearTask): Promise<string> {
  const rates = (await namesIn(folder)).filter((name) => /^\d{4,6}$/.test(name)).map(Number);
  const best = Math.min(...rates.filter((rate) => rate >= 16_000));
  const rate = Number.isFinite(best) ? best : Math.max(...rates);
  if (Number.isFinite(rate)) return String(rate);
  const there = (await namesIn(folder)).slice(0, 10).join(', ');
  throw new InputError(
    folder,
    `no folder of audio (there are ${there})`,
    'one whose name is its sample rate, such as 16000 or 48000',
    'Unpack the audio of the task there.',
  );
}

/**
 * Makes sure that all splits of a task are there, and a folder of audio: what a run of any fold needs, beside the audio itself.
 *
 * @throws InputError as `readHearSplit` and `hearAudioFolder` do
 */
export async function checkHearFiles(task: HearTask): Promise<void> {
  for (const split of task.folds.length > 0 ? task.folds : ['train', 'valid', 'test']) await readHearSplit(task, split, z.unknown());
  await hearAudioFolder(task);
}

async function foldsOf(folder: string, expected: number | undefined): Promise<string[]> {
  const found = (await namesIn(folder)).flatMap((name) => /^(fold\d+)\.json$/.exec(name)?.[1] ?? []);
  if (expected === undefined && found.length === 0) return [];
  const wanted = Array.from({ length: expected ?? found.length }, (_, fold) => `fold${String(fold).padStart(2, '0')}`);
  const missing = wanted.filter((name) => !found.includes(name));
  if (missing.length === 0 && found.length === wanted.length && wanted.length >= 3) return wanted;
  throw new InputError(
    folder,
    missing.length > 0 ? `no ${missing.map((name) => `${name}.json`).join(', ')}` : `${found.length} folds (${found.join(', ')})`,
    expected === undefined
      ? 'at least three folds, from fold00.json on'
      : `the ${expected} folds that ${metadataFile} names, at least three`,
    'Unpack the task anew.',
  );
}

async function readLabels(path: string): Promise<string[]> {
  const table = await readTable(path, { columns: ['idx', 'label'] });
  const labels = table.map((row) => row['label']!.trim());
  const wrong = table.findIndex(
    (row, index) => Number(row['idx']) !== index || labels[index] === '' || labels.indexOf(labels[index]!) !== index,
  );
  if (table.length > 0 && wrong < 0) return labels;
  throw new InputError(
    wrong < 0 ? path : rowPlace(table, wrong, path),
    wrong < 0 ? 'no labels' : `the label '${labels[wrong]}' with the index '${table[wrong]!['idx']}'`,
    'labels, each once, with the indices 0, 1, 2 and so on',
    'Unpack the task anew.',
  );
}

/**
 * Makes sure that the task names every label.
 *
 * @throws InputError for a label that it does not name, or that tables could not hold
 */
export function requireHearLabels({ folder, labels }: HearTask, used: Iterable<{ readonly label: string; readonly where: string }>): void {
  const known = new Set(labels);
  for (const { label, where } of used) {
    if (label.includes(';')) {
      throw new InputError(where, `the label '${label}'`, 'labels without semicolons, which separate them in tables', 'Rename the label.');
    }
    if (known.has(label)) continue;
    const near = nearestNames(label, labels);
    throw new InputError(
      where,
      `the label '${label}'`,
      `one of the ${labels.length} of ${join(folder, vocabularyFile)}${near.length > 0 ? `, such as ${near.map((name) => `'${name}'`).join(', ')}` : ''}`,
      'Mend the label, or add it to the vocabulary.',
    );
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readTextFile(path, 'a JSON file');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(path, (cause as Error).message, 'a JSON file', 'Unpack the task anew.', { cause });
  }
}
