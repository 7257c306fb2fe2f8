import { InputError, type Table } from '@s3/interface';
import { rowNumber, rowPlace, tablePlace } from './table-place.ts';

/**
 * What is read of each row of a table, the ids of which differ.
 *
 * @param name what errors call a table that no file was read for
 * @param read what a row says; `where` names it in errors
 * @throws InputError with the row for an id that an earlier row has; for a table without rows
 */
export function utteranceRows<U extends { readonly id: string }>(
  table: Table,
  name: string,
  read: (row: Table[number], where: string) => U,
): readonly U[] {
  requireRows(table, name, 'utterances');
  const rowOfId = new Map<string, number>();
  return table.map((row, index) => {
    const where = rowPlace(table, index, name);
    const utterance = read(row, where);
    const earlier = rowOfId.get(utterance.id);
    if (earlier !== undefined) {
      throw new InputError(
        where,
        `the id '${utterance.id}', which row ${rowNumber(table, earlier)} has too`,
        'an id of its own for each utterance',
        'Remove the row or rename it.',
      );
    }
    rowOfId.set(utterance.id, index);
    return utterance;
  });
}

/** @param things what its rows are @throws InputError for a table without rows */
export function requireRows(table: Table, name: string, things: string): void {
  if (table.length > 0) return;
  throw new InputError(
    tablePlace(table, name),
    `no ${things}`,
    'at least one row below the header',
    `Add ${things}, or leave the table out.`,
  );
}

/** A value that has to be there. @throws InputError for a column that is missing, or an empty cell */
export function cellOf(row: Table[number], column: string, where: string, remedy = 'Fill the cell or remove the row.'): string {
  const value = row[column];
  if (value === undefined) {
    throw new InputError(where, `the columns ${Object.keys(row).join(', ')}`, `a column ${column} too`, 'Add it.');
  }
  if (value.trim() !== '') return value;
  const owner = column === 'wav_path' && row['spk'] ? ` for the speaker '${row['spk']}'` : '';
  throw new InputError(where, `an empty ${column}${owner}`, 'a value in every cell', remedy);
}
