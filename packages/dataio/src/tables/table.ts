import { dirname, resolve } from 'node:path';
import { InputError, type Table } from '@s3/interface';
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { nearestNames } from './nearest-names.ts';
import { copyPlaces, rememberPlaces } from './table-place.ts';
import { readTextFile, writeTextFile } from './text-file.ts';

/**
 * Reads a csv file with a header; every value is text, so the id `007` stays `007`.
 *
 * Takes UTF-8 with or without a byte order mark, any line end, quoted values and blank
 * lines. Errors about a row, here and in the functions that read tables, name its line.
 *
 * @param options.columns columns that have to be there; others are kept too
 * @throws InputError for a file that is missing, empty or not UTF-8, a missing or doubled
 *   column, a row with too many or too few values, or a quote that is never closed
 */
export async function readTable(path: string, options: { readonly columns?: readonly string[] } = {}): Promise<Table> {
  const [header, ...records] = parseRecords(path, await readTextFile(path, 'a csv file'));
  if (!header) throw new InputError(path, 'an empty file', 'a csv file with a header', 'Check that it was written completely.');
  const columns = header.values.map((column) => column.trim());
  checkHeader(`${path}, row ${header.line}`, columns, options.columns ?? []);

  const table = records.map(({ values, line }) => {
    if (values.length !== columns.length) {
      throw new InputError(
        `${path}, row ${line}`,
        `${values.length} values`,
        `${columns.length}, one for each of the columns ${columns.join(', ')}`,
        'Mend the row; a value that holds a comma has to stand in double quotes.',
      );
    }
    return Object.fromEntries(columns.map((column, index) => [column, values[index]!]));
  });
  rememberPlaces(
    table,
    path,
    records.map(({ line }) => line),
  );
  return table;
}

/**
 * Writes a csv file that `readTable` reads back unchanged; it appears whole or not at all.
 *
 * @param options.columns the columns and their order; those of the first row unless given
 * @throws InputError for rows with other columns than these, an empty table without
 *   `columns`, or a path that cannot be written
 */
export async function writeTable(path: string, table: Table, options: { readonly columns?: readonly string[] } = {}): Promise<void> {
  const columns = options.columns ?? Object.keys(table[0] ?? {});
  if (columns.length === 0) {
    throw new InputError(path, 'a table without rows or columns to write', 'at least one column', 'Name the columns of an empty table.');
  }
  table.forEach((row, index) => {
    const differing = [
      ...columns.filter((column) => row[column] === undefined),
      ...Object.keys(row).filter((key) => !columns.includes(key)),
    ];
    if (differing.length === 0) return;
    throw new InputError(
      `${path}, row ${index + 2}`,
      `the columns ${Object.keys(row).join(', ')}`,
      `the columns ${columns.join(', ')}`,
      `Give every row the same columns; these differ: ${differing.join(', ')}.`,
    );
  });
  const rows = table.map((row) => columns.map((column) => row[column]!));
  const text = stringify([[...columns], ...rows], { quoted_empty: true, quoted_match: /^\s|[\r\n\uFEFF]|\s$/ });
  await writeTextFile(path, text);
}

/**
 * Makes the `wav_path` columns (also `wav_path1`, `wav_path2`) absolute; relative ones
 * count from the folder of the csv file.
 *
 * S3PRL wants absolute paths only; with relative ones a csv file and its audio can move together.
 *
 * @param columns others that have paths
 */
export function resolveWavPaths(table: Table, csvPath: string, columns: readonly string[] = []): Table {
  const folder = dirname(resolve(csvPath));
  const resolved = table.map((row) =>
    Object.fromEntries(
      // an empty cell stays empty, so that it is reported as one
      Object.entries(row).map(([column, value]) => {
        const isPath = /^wav_path\d*$/.test(column) || columns.includes(column);
        return [column, isPath && value !== '' ? resolve(folder, value) : value];
      }),
    ),
  );
  copyPlaces(table, resolved);
  return resolved;
}

function parseRecords(path: string, text: string): { values: string[]; line: number }[] {
  let parsed: { record: string[]; info: { lines: number } }[];
  try {
    parsed = parse(text, { info: true, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, skip_empty_lines: true }) as never;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const isOpen = cause.code === 'CSV_QUOTE_NOT_CLOSED';
    throw new InputError(
      `${path}, row ${isOpen ? openQuoteLine(text) : String(cause['lines'])}`,
      isOpen ? 'a double quote that is never closed' : 'text after a closing double quote',
      'values in plain text or wholly in double quotes',
      'Close the quote; a double quote inside a quoted value is written twice.',
      { cause },
    );
  }
  // The parser says on which line a record ends and counts CRLF inside quotes as two lines.
  let surplus = 0;
  return parsed.map(({ record, info }) => {
    let breaks = 0;
    let pairs = 0;
    for (const value of record) {
      breaks += value.match(/[\r\n]/g)?.length ?? 0;
      pairs += value.match(/\r\n/g)?.length ?? 0;
    }
    const line = info.lines - surplus - breaks;
    surplus += pairs;
    return { values: record, line };
  });
}

/** Line of the quote that is never closed; the parser names the last line of the file. */
function openQuoteLine(text: string): number {
  const before = text.replace(/"(?:[^"]|"")*"/g, (quoted) => quoted.replace(/[^\r\n]/g, ' ')).indexOf('"');
  return text.slice(0, before).split(/\r\n|\n|\r/).length;
}

function checkHeader(where: string, columns: readonly string[], required: readonly string[]): void {
  const doubled = columns.find((column, index) => columns.indexOf(column) !== index);
  if (doubled !== undefined) {
    throw new InputError(where, `the column '${doubled}' twice`, 'each column once', 'Rename or remove one of them.');
  }
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length === 0) return;
  const near = missing.flatMap((column) => nearestNames(column, columns, 1).map((name) => `'${name}' may be meant as '${column}'`));
  const separator = columns.length === 1 && /[;\t|]/.test(columns[0]!) ? ' Values have to be separated by commas.' : '';
  throw new InputError(
    where,
    `the columns ${columns.join(', ')}`,
    `${missing.length === 1 ? 'a column' : 'columns'} ${missing.join(', ')} too`,
    `Add what is missing${near.length > 0 ? `; ${near.join(', ')}` : ''}.${separator}`,
  );
}
