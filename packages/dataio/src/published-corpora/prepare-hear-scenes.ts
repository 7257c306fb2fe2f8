import { join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { type HearTask, hearAudioFolder, hearSplits, readHearSplit, readHearTask, requireHearLabels } from './hear-task.ts';
import { locateFiles } from './locate-files.ts';

/** Where a HEAR task of scenes is, and which of its folds is tested. */
export interface HearSource {
  /** folder of the task, with `task_metadata.json` */
  readonly root: string;
  /** where the task has folds: 0 to their number less one */
  readonly testFold?: number | undefined;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const sceneLabels = z.array(z.union([z.string(), z.number()]), 'a list of labels');

/**
 * A task of HEAR whose labels are those of whole recordings, in its published layout: tables of `id`, `wav_path` and `labels`.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 *
 * @throws InputError for a folder that is no such task, a fold that is not named, a label outside the vocabulary, another
 *   number of labels than one where each recording has one, and audio that is missing
 */
export async function prepareHearScenes({ root, testFold, onProgress }: HearSource): Promise<Corpus> {
  const task = await readHearTask(root);
  if (task.embeddingType !== 'scene') {
    const remedy = 'Use a recipe of events, or another task.';
    throw new InputError(task.folder, 'a task of events within recordings', 'one whose labels are those of whole recordings', remedy);
  }
  const { train, valid, test } = hearSplits(task, testFold);
  const audio = await hearAudioFolder(task);
  const splits = [...train, valid, test];
  const tables = new Map<string, Table>();
  for (const split of splits) {
    tables.set(split, await sceneTable(task, split, audio));
    onProgress?.('reading the splits of the HEAR task', tables.size, splits.length);
  }
  return { train: train.flatMap((split) => tables.get(split)!), valid: tables.get(valid)!, tests: { [test]: tables.get(test)! } };
}

async function sceneTable(task: HearTask, split: string, audio: string): Promise<Table> {
  const entries = [...(await readHearSplit(task, split, sceneLabels))].map(([file, labels]) => {
    const where = `${join(task.folder, `${split}.json`)}, '${file}'`;
    const names = labels.map((label) => String(label).trim());
    if (task.predictionType === 'multiclass' && names.length !== 1) {
      throw new InputError(
        where,
        `${names.length} labels`,
        'exactly one, as the metadata of the task says (multiclass)',
        'Mend the entry.',
      );
    }
    return { file, names, where };
  });
  requireHearLabels(
    task,
    entries.flatMap(({ names, where }) => names.map((label) => ({ label, where }))),
  );
  const paths = await locateFiles(
    task.folder,
    entries.map(({ file }) => `${audio}/${split}/${file}`),
  );
  return entries.map(({ file, names }, index) => ({ id: file, wav_path: paths[index]!, labels: names.join(' ; ') }));
}
