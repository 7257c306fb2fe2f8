import type { Table } from '@s3/interface';

type Row = Table[number];

const rowPlaces = new WeakMap<Row, { readonly file: string; readonly line: number }>();
const tableFiles = new WeakMap<Table, string>();

/** Remembers, beside the table, on which line of which file each row began. */
export function rememberPlaces(table: Table, file: string, lines: readonly number[]): void {
  tableFiles.set(table, file);
  table.forEach((row, index) => void rowPlaces.set(row, { file, line: lines[index]! }));
}

/** Gives the rows of a changed table the places of the rows they were made of. */
export function copyPlaces(from: Table, to: Table): void {
  const file = tableFiles.get(from);
  if (file !== undefined) tableFiles.set(to, file);
  from.forEach((row, index) => {
    const place = rowPlaces.get(row);
    const copy = to[index];
    if (place && copy) rowPlaces.set(copy, place);
  });
}

/** The file that a table was read from, else the name that the caller knows it by. */
export function tablePlace(table: Table, name: string): string {
  return tableFiles.get(table) ?? name;
}

/** Line of a row in its file; a table that no file was read for counts as a csv file with its header on line 1. */
export function rowNumber(table: Table, index: number): number {
  return rowPlaces.get(table[index]!)?.line ?? index + 2;
}

/** File and line of a row, for errors. */
export function rowPlace(table: Table, index: number, name: string): string {
  const file = rowPlaces.get(table[index]!)?.file ?? tablePlace(table, name);
  return `${file}, row ${rowNumber(table, index)}`;
}
