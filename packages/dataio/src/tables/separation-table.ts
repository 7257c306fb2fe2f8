import { InputError, type Table } from '@s3/interface';
import { cellOf, utteranceRows } from './utterance-rows.ts';

/** A mixture, and what it was mixed of. */
export interface MixedUtterance {
  readonly id: string;
  /** audio file of the mixture */
  readonly path: string;
  /** audio file of each source alone */
  readonly sources: readonly string[];
  /** table and row that named it, for errors about its audio */
  readonly where: string;
}

/** The column that has the path of a source: `wav_path_s1`. */
export const sourceColumn = (source: string): string => `wav_path_${source}`;

/**
 * Mixtures of a table with the columns id, wav_path and, for each source, `wav_path_` with its name; others are ignored.
 *
 * @param sources names, such as s1 and s2
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate or empty id, a missing column or an empty cell, or a source that is the mixture itself; for a table without rows
 */
export function separationTable(table: Table, sources: readonly string[], name = 'the table of mixtures'): readonly MixedUtterance[] {
  return utteranceRows(table, name, (row, where) => {
    const path = cellOf(row, 'wav_path', where);
    const paths = sources.map((source) => cellOf(row, sourceColumn(source), where));
    const twice = paths.find((source, place) => source === path || paths.indexOf(source) !== place);
    if (twice !== undefined) {
      throw new InputError(where, `${twice} more than once`, 'a file for the mixture and one for each source', 'Mend the row.');
    }
    return { id: cellOf(row, 'id', where), path, sources: paths, where };
  });
}
