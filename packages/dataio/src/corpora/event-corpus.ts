import type { Corpus, Table } from '@s3/interface';
import type { z } from 'zod';
import { audioInfo } from '../audio/recording-file.ts';
import { requireKnownLabels } from '../datasets/labelled-batches.ts';
import { categoryEncoder } from '../encoders/category-encoder.ts';
import { prepareHearEvents } from '../published-corpora/prepare-hear-events.ts';
import { eventColumns, eventTable } from '../tables/event-table.ts';
import { judgedTables } from '../tables/judged-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { copyPlaces } from '../tables/table-place.ts';
import { csvFiles } from './corpus-source.ts';
import { readHearCorpus } from './read-hear-corpus.ts';
import { sceneCorpus } from './scene-corpus.ts';

const columns = eventColumns.filter((column) => column !== 'duration');

/** Settings that say where recordings with events are: a task of HEAR, or csv files of one's own. */
export const eventCorpus = sceneCorpus.extend(csvFiles(`${columns.join(', ')}, a row for each event`));

/**
 * Tables of recordings with their events, read and checked; durations that a csv file lacks are those of the audio.
 *
 * @throws InputError when it is not said where they are, and as `prepareHearEvents`, `readTable` and `eventTable` do
 */
export async function prepareEvents(
  corpus: z.output<typeof eventCorpus>,
  onProgress?: (label: string, done: number, total: number) => void,
): Promise<Corpus> {
  return readHearCorpus(corpus, {
    official: (root, testFold) => prepareHearEvents({ root, testFold, ...(onProgress && { onProgress }) }),
    columns: columns.join(', '),
    csv: async (path) => measured(resolveWavPaths(await readTable(path, { columns }), path)),
    check: eventTable,
  });
}

async function measured(table: Table): Promise<Table> {
  const durations = new Map<string, number>();
  for (const { recording, path, durationSeconds } of eventTable(table)) {
    durations.set(recording, durationSeconds ?? (await audioInfo(path)).seconds);
  }
  const known = table.map((row) => ({ ...row, duration: String(durations.get(row['record_id']!.trim())) }));
  copyPlaces(table, known);
  return known;
}

/**
 * The labels of a corpus.
 *
 * @param vocabulary every label, where that is known; those of training unless given
 * @returns sorted, as `categoryEncoder` numbers them
 * @throws InputError with the row for a label that is not known
 */
export function encodeEvents(corpus: Corpus, vocabulary?: readonly string[]): readonly string[] {
  const tables = [['train.csv', corpus.train] as const, ...judgedTables(corpus)];
  const used = tables.map(([file, table]) => eventTable(table, file).flatMap(({ events }) => events));
  const categories = categoryEncoder(vocabulary ?? used[0]!.map(({ label }) => label));
  for (const events of used) requireKnownLabels(categories, events);
  return categories.labels;
}
