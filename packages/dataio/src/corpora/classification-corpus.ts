import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { labelGroupTable, labelTable } from '../tables/classification-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { testSetTables } from '../tables/test-set-tables.ts';

/** Settings that say where labelled utterances come from: a corpus in its official layout, or csv files of one's own. */
export const classificationCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of the corpus; or give train and tests'),
  train: z
    .string()
    .min(1)
    .optional()
    .describe(
      'csv file of training utterances: id, wav_path, label (labels where there are several), and start_sec, end_sec where a part of a recording is meant',
    ),
  valid: z.string().min(1).optional().describe('csv file of the utterances that choose the checkpoint, as train'),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('csv files of test utterances, separated by commas, as train'),
});

/**
 * Tables of labelled utterances, read and checked: nothing that a later stage could stumble over but the audio itself.
 *
 * Each test set of one's own has the name of its csv file. A corpus that decides itself what to validate on gives a valid table.
 *
 * @param official what `root` means: the corpus's name and how it is read
 * @param column `label` for one label, `labels` for one of each of several groups
 * @throws InputError when it is not said where the speech is, and as `official.read`, `readTable`, `labelTable` and `labelGroupTable` do
 */
export async function prepareClassification(
  { root, train, valid, tests }: z.output<typeof classificationCorpus>,
  official: { readonly corpus: string; readonly read: (root: string) => Promise<Corpus> },
  column: 'label' | 'labels' = 'label',
): Promise<Corpus> {
  const setting = root === undefined ? 'corpus' : 'corpus.root';
  const given = Object.entries({ train, valid, tests }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined && given.length > 0) {
    throw new InputError(setting, `${given.join(' and ')} beside it`, 'root alone, or csv files alone', 'Leave one of them out.');
  }
  const checked = (table: Table, name?: string): Table => {
    (column === 'label' ? labelTable : labelGroupTable)(table, name);
    return table;
  };
  if (root !== undefined) {
    const corpus = await official.read(root);
    for (const [name, table] of Object.entries({ train: corpus.train, ...(corpus.valid && { valid: corpus.valid }), ...corpus.tests })) {
      checked(table, `${name} of ${official.corpus}`);
    }
    return corpus;
  }
  if (train === undefined || tests === undefined) {
    const found = given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor train and tests';
    const remedy = `Set corpus.root to the folder of ${official.corpus}, or corpus.train and corpus.tests to csv files.`;
    throw new InputError(setting, found, 'where the speech is', remedy);
  }
  const read = async (path: string): Promise<Table> =>
    checked(resolveWavPaths(await readTable(path, { columns: ['id', 'wav_path', column] }), path));
  return {
    train: await read(train),
    ...(valid === undefined ? {} : { valid: await read(valid) }),
    tests: await testSetTables(tests, read),
  };
}
