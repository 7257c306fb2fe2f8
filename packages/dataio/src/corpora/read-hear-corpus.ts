import { type Corpus, InputError, type Table } from '@s3/interface';
import { judgedTables } from '../tables/judged-tables.ts';
import { type CorpusSource, readCorpus } from './corpus-source.ts';

/**
 * Reads a HEAR task, or csv files.
 *
 * @param corpus.check throws for a table that is wrong
 * @throws InputError for a fold of csv files, and as `readCorpus` does
 */
export async function readHearCorpus(
  { testFold, ...source }: CorpusSource & { readonly testFold?: number | undefined },
  corpus: Omit<Parameters<typeof readCorpus>[1], 'name' | 'official'> & {
    readonly official: (root: string, testFold: number | undefined) => Promise<Corpus>;
    readonly check: (table: Table) => void;
  },
): Promise<Corpus> {
  if (testFold !== undefined && source.root === undefined) {
    throw new InputError('corpus.testFold', String(testFold), 'a fold of a HEAR task, corpus.root', 'Leave it out for csv files.');
  }
  const read = await readCorpus(source, { ...corpus, name: 'a HEAR task', official: (root) => corpus.official(root, testFold) });
  for (const table of [read.train, ...judgedTables(read).map(([, judged]) => judged)]) corpus.check(table);
  return read;
}
