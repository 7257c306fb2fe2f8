import type { Corpus, Table } from '@s3/interface';

/** The tables that are judged, all but that of training, each with the name of the csv file that a run has of it. */
export function judgedTables({ valid, tests }: Corpus): readonly (readonly [file: string, table: Table])[] {
  const named = Object.entries({ ...(valid && { valid }), ...tests });
  return named.map(([name, table]) => [`${name}.csv`, table]);
}
