import { InputError, type Table } from '@s3/interface';
import type { AudioPart } from '../audio/read-audio.ts';

/** One recording, or a part of it. */
export interface UtterancePart extends AudioPart {
  readonly id: string;
  /** audio file */
  readonly path: string;
  /** table and row that named it, for errors about its audio */
  readonly where: string;
}

/**
 * The part that the columns start_sec and end_sec of a row say; an empty time, or NaN, means the beginning or the end.
 *
 * @throws InputError with the row for times that are none, and an end that is not behind its start
 */
export function partOf(row: Table[number], where: string): AudioPart {
  const start = secondsOf(row, 'start_sec', where);
  const end = secondsOf(row, 'end_sec', where);
  if (end !== undefined && end <= (start ?? 0)) {
    throw new InputError(where, `a part from ${start ?? 0} s to ${end} s`, 'an end_sec behind the start_sec', 'Mend the times.');
  }
  return { ...(start !== undefined && { startSeconds: start }), ...(end !== undefined && { endSeconds: end }) };
}

function secondsOf(row: Table[number], column: string, where: string): number | undefined {
  const text = row[column]?.trim() ?? '';
  if (text === '' || /^(nan|none|null)$/i.test(text)) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new InputError(
    where,
    `the ${column} '${text}'`,
    'seconds from 0 on, or an empty cell for the whole recording',
    'Mend the time; a decimal point is a dot.',
  );
}
