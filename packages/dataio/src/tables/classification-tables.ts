import { InputError, type Table } from '@s3/interface';
import { partOf, type UtterancePart } from './utterance-part.ts';
import { cellOf, utteranceRows } from './utterance-rows.ts';

/** A recording, or a part of it, with what is to be recognised. */
export interface LabelledUtterance extends UtterancePart {
  readonly label: string;
}

/** A recording, or a part of it, with one label of each of several groups. */
export interface LabelGroupUtterance extends UtterancePart {
  /** in the order of the groups */
  readonly labels: readonly string[];
}

/**
 * Utterances of a table with the columns id and wav_path, and start_sec and end_sec where only a part is meant.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError as `labelTable`
 */
export function utteranceTable(table: Table, name = 'the table of utterances'): readonly UtterancePart[] {
  return utterancesOf(table, name, () => ({}));
}

/**
 * Utterances of a table with the columns id, wav_path and label, and start_sec and end_sec where only a part is meant;
 * others are ignored. An empty time, or NaN, means the beginning or the end.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate id, an empty cell or times that are none; for a table without rows
 */
export function labelTable(table: Table, name = 'the table of utterances'): readonly LabelledUtterance[] {
  return utterancesOf(table, name, (row, where) => ({ label: cellOf(row, 'label', where).trim() }));
}

/**
 * As `labelTable`, with a column labels that has one label of each group, separated by semicolons: `activate ; lights ; kitchen`.
 *
 * @throws InputError as `labelTable`; for a row with another number of labels than the first, or an empty one
 */
export function labelGroupTable(table: Table, name = 'the table of utterances'): readonly LabelGroupUtterance[] {
  let expected: number | undefined;
  return utterancesOf(table, name, (row, where) => {
    const text = cellOf(row, 'labels', where).trim();
    const labels = text.split(';').map((label) => label.trim());
    expected ??= labels.length;
    if (labels.length === expected && !labels.includes('')) return { labels };
    throw new InputError(
      where,
      `the labels '${text}'`,
      `${expected} labels separated by semicolons, as in the first row`,
      'Add what is missing; a group that does not apply needs a label for that, such as none.',
    );
  });
}

/**
 * As `labelGroupTable`, but an utterance may have any number of labels in any order; an empty cell means none.
 *
 * @throws InputError as `labelTable`; for a label that is empty or there twice
 */
export function labelSetTable(table: Table, name = 'the table of utterances'): readonly LabelGroupUtterance[] {
  return utterancesOf(table, name, (row, where) => {
    const text = row['labels'] === undefined ? cellOf(row, 'labels', where) : row['labels'].trim();
    const labels = text === '' ? [] : text.split(';').map((label) => label.trim());
    if (!labels.includes('') && new Set(labels).size === labels.length) return { labels };
    throw new InputError(where, `the labels '${text}'`, 'labels separated by semicolons, each once', 'Mend the row.');
  });
}

function utterancesOf<Labels>(
  table: Table,
  name: string,
  labelsOf: (row: Table[number], where: string) => Labels,
): readonly (UtterancePart & Labels)[] {
  return utteranceRows(table, name, (row, where) => ({
    // a space that nobody sees must not make another id or label; in a path it may belong
    id: cellOf(row, 'id', where).trim(),
    path: cellOf(row, 'wav_path', where),
    where,
    ...labelsOf(row, where),
    ...partOf(row, where),
  }));
}
