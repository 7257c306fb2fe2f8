import { InputError, type Table } from '@s3/interface';
import { tablePlace } from './table-place.ts';
import { cellOf, utteranceRows } from './utterance-rows.ts';

/** A document, or a query, of a search. */
export interface SearchUtterance {
  readonly id: string;
  /** audio file; absent where it is judged but not searched */
  readonly path?: string;
  /** table and row that named it, for errors about its audio */
  readonly where: string;
}

/** A query, and where it is. */
export interface SearchQuery extends SearchUtterance {
  /** ids of the documents that have it */
  readonly documents: readonly string[];
}

/**
 * Documents of a table with the columns id and wav_path; others are ignored.
 *
 * A document whose wav_path is empty is judged, but not searched: no query is ever found in it.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate or empty id; for a table without rows, or with no audio at all
 */
export function documentTable(table: Table, name = 'the table of documents'): readonly SearchUtterance[] {
  const documents = utteranceRows(table, name, searchUtterance);
  requireAudio(documents, tablePlace(table, name));
  return documents;
}

/**
 * Queries of a table with the columns id, wav_path and documents: the ids of the documents that have the query, with blanks between
 * them, or nothing; others are ignored.
 *
 * A query whose wav_path is empty is judged, but not searched for: it is never found.
 *
 * @param documents ids that there are
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate or empty id, or a document that there is not; for a table without rows, with no audio at
 *   all, or of queries that no document has
 */
export function queryTable(table: Table, documents: ReadonlySet<string>, name = 'the table of queries'): readonly SearchQuery[] {
  const queries = utteranceRows(table, name, (row, where) => {
    const having = row['documents'];
    if (having === undefined) {
      throw new InputError(where, `the columns ${Object.keys(row).join(', ')}`, 'a column documents too', 'Add it.');
    }
    const ids = having.split(/\s+/).filter((id) => id !== '');
    const unknown = ids.find((id) => !documents.has(id));
    if (unknown !== undefined) {
      throw new InputError(where, `the document '${unknown}'`, 'ids of the table of documents', 'Add the document, or take it out here.');
    }
    return { ...searchUtterance(row, where), documents: ids };
  });
  requireAudio(queries, tablePlace(table, name));
  if (queries.every((query) => query.documents.length === 0)) {
    throw new InputError(
      tablePlace(table, name),
      `${queries.length} queries, none of which is in a document`,
      'at least one that is',
      'Fill the column documents.',
    );
  }
  return queries;
}

function searchUtterance(row: Table[number], where: string): SearchUtterance {
  const id = cellOf(row, 'id', where);
  if (/\s/.test(id)) throw new InputError(where, `a blank in the id '${id}'`, 'none, since blanks stand between ids', 'Rename it.');
  if (row['wav_path'] === undefined) cellOf(row, 'wav_path', where);
  const path = row['wav_path']!.trim();
  return { id, where, ...(path !== '' && { path }) };
}

function requireAudio(utterances: readonly SearchUtterance[], where: string): void {
  if (utterances.some(({ path }) => path !== undefined)) return;
  throw new InputError(where, `${utterances.length} rows without a wav_path`, 'audio of at least one', 'Fill the column wav_path.');
}
