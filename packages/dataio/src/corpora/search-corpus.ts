import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { prepareQuesst14, type Quesst14Source } from '../published-corpora/prepare-quesst14.ts';
import { documentTable, queryTable } from '../tables/search-tables.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { testSetTables } from '../tables/test-set-tables.ts';

const queryColumns = 'id, wav_path, documents (ids of the documents that have the query, with blanks between)';

/** Settings that say where the speech for query by example comes from: QUESST 2014, or csv files of one's own. */
export const searchCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder of QUESST 2014; or give documents and tests'),
  language: z
    .string()
    .min(1)
    .nullable()
    .optional()
    .describe('language of QUESST 2014 to search in, as its lists call it; null for all; nnenglish unless given, as in SUPERB'),
  documents: z.string().min(1).optional().describe('csv file of the recordings to search in: id, wav_path'),
  valid: z.string().min(1).optional().describe(`csv file of queries that choose the layer: ${queryColumns}`),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(`csv files of test queries, separated by commas: ${queryColumns}`),
});

/**
 * Tables of documents (`train`, though nothing is trained) and of queries, read and checked.
 *
 * Each test set has the name of its csv file.
 *
 * @throws InputError when it is not said where the speech is, and as `prepareQuesst14`, `readTable`, `documentTable` and `queryTable` do
 */
export async function prepareSearch(
  { root, language, documents, valid, tests }: z.output<typeof searchCorpus>,
  { onProgress }: Pick<Quesst14Source, 'onProgress'> = {},
): Promise<Corpus> {
  const given = Object.entries({ documents, valid, tests }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined) {
    if (given.length === 0) return prepareQuesst14({ root, language, onProgress });
    throw new InputError('corpus.root', `${given.join(' and ')} beside it`, 'root alone, or csv files alone', 'Leave one of them out.');
  }
  if (documents === undefined || tests === undefined) {
    const found = given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor documents and tests';
    const remedy = 'Set corpus.root to the folder of QUESST 2014, or corpus.documents and corpus.tests to csv files.';
    throw new InputError('corpus', found, 'where the speech is', remedy);
  }
  if (language !== undefined) {
    throw new InputError(
      'corpus.language',
      String(language),
      'nothing beside csv files',
      'Leave it out: it chooses among the languages of QUESST 2014.',
    );
  }
  const train = resolveWavPaths(await readTable(documents, { columns: ['id', 'wav_path'] }), documents);
  const ids = new Set(documentTable(train).map(({ id }) => id));
  const queries = async (path: string): Promise<Table> => {
    const table = resolveWavPaths(await readTable(path, { columns: ['id', 'wav_path', 'documents'] }), path);
    queryTable(table, ids);
    return table;
  };
  return { train, ...(valid !== undefined && { valid: await queries(valid) }), tests: await testSetTables(tests, queries) };
}
