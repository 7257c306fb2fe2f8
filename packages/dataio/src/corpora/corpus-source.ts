import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { testSetTables } from '../tables/test-set-tables.ts';

/** Settings that name csv files of one's own. */
export const csvFiles = (columns: string) => ({
  train: z.string().min(1).optional().describe(`csv file of training utterances: ${columns}`),
  valid: z.string().min(1).optional().describe(`csv file of utterances that choose the checkpoint: ${columns}`),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(`csv files of test utterances, separated by commas: ${columns}`),
});

/** What the settings say of where the speech is. */
export interface CorpusSource {
  /** folder of the corpus in its official layout */
  readonly root?: string | undefined;
  readonly train?: string | undefined;
  readonly valid?: string | undefined;
  readonly tests?: string | readonly string[] | undefined;
}

/**
 * Reads a corpus in its official layout, or csv files; each test set of these has the name of its file.
 *
 * @param corpus.name of the corpus in its official layout
 * @param corpus.official reads it
 * @param corpus.columns of the csv files, for errors
 * @param corpus.csv reads and checks one of them
 * @param corpus.judged the same for those of valid and tests, where they are not read as that of train
 * @throws InputError when it is not said where the speech is, or said twice
 */
export async function readCorpus(
  { root, train, valid, tests }: CorpusSource,
  corpus: {
    readonly name: string;
    readonly official: (root: string) => Promise<Corpus>;
    readonly columns: string;
    readonly csv: (path: string) => Promise<Table>;
    readonly judged?: (path: string) => Promise<Table>;
  },
): Promise<Corpus> {
  const given = Object.entries({ train, valid, tests }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined) {
    if (given.length === 0) return corpus.official(root);
    throw new InputError('corpus.root', `${given.join(' and ')} beside it`, 'root alone, or csv files alone', 'Leave one of them out.');
  }
  if (train === undefined || tests === undefined) {
    throw new InputError(
      'corpus',
      given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor train and tests',
      'where the speech is',
      `Set corpus.root to the folder of ${corpus.name}, or corpus.train and corpus.tests to csv files with the columns ${corpus.columns}.`,
    );
  }
  const judged = corpus.judged ?? corpus.csv;
  return {
    train: await corpus.csv(train),
    ...(valid === undefined ? {} : { valid: await judged(valid) }),
    tests: await testSetTables(tests, judged),
  };
}
