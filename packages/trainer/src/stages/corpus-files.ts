import { join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { checksum } from '../checkpoint/checksum.ts';
import { replaceFile } from '../files/replace-file.ts';
import { fileNames, readStageFile } from './stage-files.ts';

/** Content of `corpus.json`: which file holds which table. */
const indexSchema = z.object({ train: z.string(), valid: z.string().optional(), tests: z.record(z.string(), z.string()) });

/** A corpus as its files have it. */
export interface FiledCorpus {
  readonly corpus: Corpus;
  /** rows and checksum of the training table */
  readonly train: { readonly rows: number; readonly sha256: string };
  /** checksum of each test table */
  readonly tests: { readonly [testSet: string]: string };
}

/**
 * Writes `train.csv`, `valid.csv`, one csv per test set and `corpus.json`, which names them.
 *
 * @throws InputError for an empty table
 */
export async function writeCorpus(targetDir: string, corpus: Corpus): Promise<void> {
  const files = fileNames(Object.keys(corpus.tests), ['train', 'valid']);
  const index: z.output<typeof indexSchema> = {
    train: 'train.csv',
    ...(corpus.valid && { valid: 'valid.csv' }),
    tests: Object.fromEntries([...files].map(([name, file]) => [name, `${file}.csv`])),
  };
  const tables: [name: string, file: string, table: Table][] = [
    ['train', index.train, corpus.train],
    ...(corpus.valid ? [['valid', 'valid.csv', corpus.valid] as [string, string, Table]] : []),
    ...Object.entries(corpus.tests).map(([name, table]) => [`test ${name}`, index.tests[name]!, table] as [string, string, Table]),
  ];
  for (const [name, , table] of tables) {
    if (table.length === 0)
      throw new InputError(
        `the ${name} set of the corpus`,
        'no rows',
        'at least one',
        'Check the corpus settings and the files they name.',
      );
  }
  for (const [, file, table] of tables) await replaceFile(join(targetDir, file), tableToCsv(table));
  // last: it says that the others are complete
  await replaceFile(join(targetDir, 'corpus.json'), `${JSON.stringify(index, null, 2)}\n`);
}

/** @throws InputError when a file is missing or damaged */
export async function readCorpus(targetDir: string): Promise<FiledCorpus> {
  const index = await readStageFile(0, join(targetDir, 'corpus.json'), (text) => indexSchema.parse(JSON.parse(text)));
  const read = (file: string) => readStageFile(0, join(targetDir, file), (text) => ({ table: csvToTable(text), sha256: checksum(text) }));
  const train = await read(index.train);
  const valid = index.valid === undefined ? undefined : await read(index.valid);
  const tests = await Promise.all(Object.entries(index.tests).map(async ([name, file]) => [name, await read(file)] as const));
  return {
    corpus: {
      train: train.table,
      ...(valid && { valid: valid.table }),
      tests: Object.fromEntries(tests.map(([name, { table }]) => [name, table])),
    },
    train: { rows: train.table.length, sha256: train.sha256 },
    tests: Object.fromEntries(tests.map(([name, { sha256 }]) => [name, sha256])),
  };
}

function tableToCsv(table: Table): string {
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return stringify(
    table.map((row) => columns.map((column) => row[column] ?? '')),
    { header: true, columns, quoted_match: /\r/ },
  );
}

function csvToTable(text: string): Table {
  const rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] }) as Table;
  if (rows.length === 0) throw new Error('no rows');
  return rows;
}
