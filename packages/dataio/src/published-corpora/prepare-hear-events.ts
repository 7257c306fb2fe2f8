import { join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { audioInfo } from '../audio/recording-file.ts';
import { tableOfEvents } from '../tables/event-table.ts';
import { type HearTask, hearAudioFolder, hearSplits, readHearSplit, readHearTask, requireHearLabels } from './hear-task.ts';
import { locateFiles } from './locate-files.ts';
import type { HearSource } from './prepare-hear-scenes.ts';

const eventList = z.array(
  z.looseObject({ label: z.union([z.string(), z.number()]), start: z.number().min(0), end: z.number() }),
  'a list of events with label, start and end',
);

/**
 * A task of HEAR whose labels are those of stretches of recordings, in its published layout: tables that `eventTable` reads.
 * What ends behind its recording is cut: HEAR cuts recordings, not their labels.
 *
 * Turian et al., "HEAR: Holistic Evaluation of Audio Representations", 2021.
 *
 * @throws InputError for a folder that is no such task, a fold that is not named, a label outside the vocabulary, an event
 *   without length, and audio that is missing or broken
 */
export async function prepareHearEvents({ root, testFold, onProgress }: HearSource): Promise<Corpus> {
  const task = await readHearTask(root);
  if (task.embeddingType !== 'event' || task.predictionType !== 'multilabel') {
    throw new InputError(
      task.folder,
      task.embeddingType === 'event' ? 'a task in which exactly one label sounds at a time' : 'a task of whole recordings',
      'one of events, any number of which sound at a time',
      task.embeddingType === 'event' ? 'Use another task.' : 'Use a recipe of scenes, or another task.',
    );
  }
  const { train, valid, test } = hearSplits(task, testFold);
  const audio = await hearAudioFolder(task);
  const tables = new Map<string, Table>();
  for (const split of [...train, valid, test]) {
    tables.set(
      split,
      await eventsOf(task, split, audio, (done, total) => onProgress?.(`measuring the recordings of ${split}`, done, total)),
    );
  }
  return { train: train.flatMap((split) => tables.get(split)!), valid: tables.get(valid)!, tests: { [test]: tables.get(test)! } };
}

async function eventsOf(task: HearTask, split: string, audio: string, onProgress: (done: number, total: number) => void): Promise<Table> {
  const entries = [...(await readHearSplit(task, split, eventList))];
  const place = (file: string) => `${join(task.folder, `${split}.json`)}, '${file}'`;
  requireHearLabels(
    task,
    entries.flatMap(([file, events]) => events.map(({ label }) => ({ label: String(label).trim(), where: place(file) }))),
  );
  const paths = await locateFiles(
    task.folder,
    entries.map(([file]) => `${audio}/${split}/${file}`),
  );
  const recordings = [];
  for (const [index, [file, events]] of entries.entries()) {
    const { seconds } = await audioInfo(paths[index]!);
    const wrong = events.find(({ start, end }) => end <= start || start >= 1000 * seconds);
    if (wrong) {
      const found = `an event from ${wrong.start} ms to ${wrong.end} ms in a recording of ${1000 * seconds} ms`;
      throw new InputError(place(file), found, 'an end behind the start, and a start within the recording', 'Mend the entry.');
    }
    recordings.push({
      recording: file,
      path: paths[index]!,
      durationSeconds: seconds,
      where: place(file),
      events: events.map(({ label, start, end }) => ({
        recording: file,
        label: String(label).trim(),
        startSeconds: start / 1000,
        endSeconds: Math.min(end / 1000, seconds),
        where: place(file),
      })),
    });
    if ((index + 1) % 100 === 0 || index + 1 === entries.length) onProgress(index + 1, entries.length);
  }
  return tableOfEvents(recordings);
}
