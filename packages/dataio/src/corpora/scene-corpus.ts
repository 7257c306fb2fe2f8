import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { requireKnownLabels } from '../datasets/labelled-batches.ts';
import { categoryEncoder } from '../encoders/category-encoder.ts';
import { prepareHearScenes } from '../published-corpora/prepare-hear-scenes.ts';
import { labelSetTable } from '../tables/classification-tables.ts';
import { judgedTables } from '../tables/judged-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { csvFiles } from './corpus-source.ts';
import { readHearCorpus } from './read-hear-corpus.ts';

const columns = 'id, wav_path, labels';

/** Settings that say where recordings with labels are: a task of HEAR, or csv files of one's own. */
export const sceneCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of a HEAR task, with task_metadata.json; or give train and tests'),
  testFold: z.int().min(0).optional().describe('fold of the HEAR task to test on, from 0, where it has folds; the next one validates'),
  ...csvFiles(`${columns} (several are separated by semicolons)`),
});

/**
 * Tables of recordings with their labels, read and checked.
 *
 * @throws InputError when it is not said where they are, and as `prepareHearScenes`, `readTable` and `labelSetTable` do
 */
export async function prepareScenes(
  corpus: z.output<typeof sceneCorpus>,
  onProgress?: (label: string, done: number, total: number) => void,
): Promise<Corpus> {
  return readHearCorpus(corpus, {
    official: (root, testFold) => prepareHearScenes({ root, testFold, ...(onProgress && { onProgress }) }),
    columns,
    csv: async (path) => resolveWavPaths(await readTable(path, { columns: ['id', 'wav_path', 'labels'] }), path),
    check: labelSetTable,
  });
}

/**
 * The labels of a corpus.
 *
 * @param predictionType `multiclass`: each recording has exactly one label
 * @param vocabulary every label, where that is known; those of training unless given
 * @returns sorted, as `categoryEncoder` numbers them
 * @throws InputError with the row for a label that is not known, and for another number of labels than one where there has to be one
 */
export function encodeScenes(
  corpus: Corpus,
  predictionType: 'multiclass' | 'multilabel',
  vocabulary?: readonly string[],
): readonly string[] {
  const labelled = (file: string, table: Table) =>
    labelSetTable(table, file).flatMap(({ labels, where }) => {
      if (predictionType === 'multiclass' && labels.length !== 1) {
        throw new InputError(
          where,
          labels.length === 0 ? 'no label' : `${labels.length} labels (${labels.join(' ; ')})`,
          'exactly one',
          'Mend the row, or set corpus.predictionType to multilabel.',
        );
      }
      return labels.map((label) => ({ label, where }));
    });
  const trained = labelled('train.csv', corpus.train);
  const categories = categoryEncoder(vocabulary ?? trained.map(({ label }) => label));
  const judged = judgedTables(corpus).map(([file, table]) => labelled(file, table));
  for (const used of [trained, ...judged]) requireKnownLabels(categories, used);
  return categories.labels;
}
