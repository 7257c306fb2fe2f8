import type { Corpus, Table } from '@s3/interface';
import { z } from 'zod';
import { labelGroupTable, labelTable } from '../tables/classification-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { csvFiles, readCorpus } from './corpus-source.ts';

/** Settings that say where labelled utterances come from: a corpus in its official layout, or csv files of one's own. */
export const classificationCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of the corpus; or give train and tests'),
  ...csvFiles('id, wav_path, label (labels where there are several), and start_sec, end_sec where a part of a recording is meant'),
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
  source: z.output<typeof classificationCorpus>,
  official: { readonly corpus: string; readonly read: (root: string) => Promise<Corpus> },
  column: 'label' | 'labels' = 'label',
): Promise<Corpus> {
  const checked = (table: Table, name?: string): Table => {
    (column === 'label' ? labelTable : labelGroupTable)(table, name);
    return table;
  };
  const columns = ['id', 'wav_path', column];
  return readCorpus(source, {
    name: official.corpus,
    async official(root) {
      const corpus = await official.read(root);
      for (const [name, table] of Object.entries({ train: corpus.train, ...(corpus.valid && { valid: corpus.valid }), ...corpus.tests })) {
        checked(table, `${name} of ${official.corpus}`);
      }
      return corpus;
    },
    columns: columns.join(', '),
    csv: async (path) => checked(resolveWavPaths(await readTable(path, { columns }), path)),
  });
}
