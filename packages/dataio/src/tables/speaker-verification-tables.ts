import { InputError, type Table } from '@s3/interface';
import { rowNumber, rowPlace, tablePlace } from './table-place.ts';
import { partOf, type UtterancePart } from './utterance-part.ts';
import { cellOf, requireRows, utteranceRows } from './utterance-rows.ts';

/** One recording, or part of one. */
export interface Utterance {
  readonly id: string;
  /** audio file */
  readonly path: string;
  /** table and row that named it, for errors about its audio */
  readonly where: string;
}

/** An utterance whose speaker is known. */
export interface SpeakerUtterance extends UtterancePart {
  readonly speaker: string;
}

/** A question of speaker verification: do two utterances have the same speaker? */
export interface Trial {
  /** id of the first utterance */
  readonly enroll: string;
  /** id of the second utterance */
  readonly test: string;
  readonly sameSpeaker: boolean;
}

/** Trials, and the utterances that they compare. */
export interface TrialTable {
  readonly trials: readonly Trial[];
  /** what the trials compare: unique by id, in the order of first use */
  readonly utterances: readonly Utterance[];
  /** trials that repeat an earlier one; they count in the scores as often as they are listed, as in S3PRL */
  readonly duplicateTrials: number;
}

/**
 * Training utterances of a table with the columns id, wav_path and spk, and start_sec and end_sec where only a part is meant; others
 * are ignored.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a duplicate id, an empty cell, such as a speaker without
 *   audio, or times that are none; for a table without rows
 */
export function speakerTable(table: Table, name = 'the table of utterances'): readonly SpeakerUtterance[] {
  return utteranceRows(table, name, (row, where) => ({
    id: cellOf(row, 'id', where),
    speaker: cellOf(row, 'spk', where),
    path: cellOf(row, 'wav_path', where),
    where,
    ...partOf(row, where),
  }));
}

/**
 * Trials of a table with the columns id1, id2, wav_path1, wav_path2 and label (1 same speaker,
 * 0 different); others are ignored.
 *
 * Ids are text; S3PRL reads numeric ones as numbers and then fails to find them.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for an unknown label, an empty cell, an id with two audio
 *   files, or a pair with both labels; for a table without rows or with one label only
 */
export function trialTable(table: Table, name = 'the table of trials'): TrialTable {
  requireRows(table, name, 'trials');
  const known = new Map<string, { readonly number: number; readonly path: string; readonly index: number }>();
  const utterances: Utterance[] = [];

  const numberOf = (index: number, where: string, side: 1 | 2): number => {
    const id = cellOf(table[index]!, `id${side}`, where);
    const path = cellOf(table[index]!, `wav_path${side}`, where);
    const earlier = known.get(id);
    if (earlier?.path === path) return earlier.number;
    if (earlier) {
      throw new InputError(
        where,
        `'${path}' for the id '${id}', for which row ${rowNumber(table, earlier.index)} has '${earlier.path}'`,
        'one audio file for each id',
        'Give the two recordings different ids, or mend the path.',
      );
    }
    const number = utterances.length;
    known.set(id, { number, path, index });
    utterances.push({ id, path, where });
    return number;
  };

  // pair to the row that first had it; a pair is a number, since a million joined texts would fill the memory
  const pairs = new Map<number, number>();
  let duplicateTrials = 0;
  const trials = table.map((row, index): Trial => {
    const where = rowPlace(table, index, name);
    const [first, second] = [numberOf(index, where, 1), numberOf(index, where, 2)];
    const label = cellOf(row, 'label', where);
    if (label !== '0' && label !== '1') {
      throw new InputError(where, `the label '${label}'`, '1 (same speaker) or 0 (different speakers)', 'Mend the label.');
    }
    // a pair scores the same in either order
    const pair = Math.min(first, second) * table.length * 2 + Math.max(first, second);
    const earlier = pairs.get(pair);
    if (earlier === undefined) pairs.set(pair, index);
    else if (table[earlier]!['label'] === label) duplicateTrials++;
    else {
      throw new InputError(
        where,
        `the label ${label} for a pair that row ${rowNumber(table, earlier)} labels ${table[earlier]!['label']}`,
        'one label for each pair',
        'Mend the one that is wrong.',
      );
    }
    return { enroll: row['id1']!, test: row['id2']!, sameSpeaker: label === '1' };
  });

  const sameSpeaker = trials[0]!.sameSpeaker;
  if (trials.every((trial) => trial.sameSpeaker === sameSpeaker)) {
    throw new InputError(
      tablePlace(table, name),
      `${trials.length} trials, all with the label ${sameSpeaker ? 1 : 0}`,
      'trials of both labels',
      'Add the others: an equal error rate needs trials of the same speaker and of different speakers.',
    );
  }
  return { trials, utterances, duplicateTrials };
}
