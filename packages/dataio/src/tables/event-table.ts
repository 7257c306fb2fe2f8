import { InputError, type Table } from '@s3/interface';
import { overshootSeconds } from '../audio/read-audio.ts';
import type { DiarizationRecording } from './diarization-table.ts';
import { type Located, secondsOf } from './speaker-segment.ts';
import { rowPlace, tablePlace } from './table-place.ts';

/** Columns of a table of events. */
export const eventColumns = ['record_id', 'wav_path', 'label', 'start_sec', 'end_sec', 'duration'] as const;

/** A recording, with what sounds when in it. */
export interface EventRecording extends Located {
  readonly recording: string;
  readonly path: string;
  /** seconds of the recording; undefined where the table does not say */
  readonly durationSeconds: number | undefined;
  /** in the order of the table; those of one label may overlap */
  readonly events: readonly (LabelledSpan & Located)[];
}

/** An event: from when to when it sounds in a recording. */
export interface LabelledSpan {
  readonly recording: string;
  readonly label: string;
  /** seconds from the beginning of the recording, 0 or more */
  readonly startSeconds: number;
  /** seconds, greater than `startSeconds` */
  readonly endSeconds: number;
}

/**
 * Recordings of a table with the columns record_id, wav_path, label, start_sec, end_sec and, where known, duration.
 *
 * A row is an event; one without label and times is a recording in which nothing sounds. An end up to 0.05 s behind the recording's is cut, since times are often rounded.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for a cell that is missing, times that are none, an end that is not behind its start or is behind the
 *   end of its recording, and a recording with two paths or durations; for a table without rows
 */
export function eventTable(table: Table, name = 'the table of events'): readonly EventRecording[] {
  if (table.length === 0) {
    const remedy = 'Add events, or leave the table out.';
    throw new InputError(tablePlace(table, name), 'no events', 'at least one row below the header', remedy);
  }
  const recordings = new Map<string, EventRecording & { readonly events: (LabelledSpan & Located)[] }>();
  table.forEach((row, index) => {
    const where = rowPlace(table, index, name);
    const cell = (column: string): string => {
      const value = row[column]?.trim() ?? '';
      if (value !== '') return column === 'wav_path' ? row[column]! : value;
      const found = row[column] === undefined ? `no column ${column}` : `an empty ${column}`;
      throw new InputError(where, found, 'a value in every cell', 'Fill the cell or remove the row.');
    };
    const seconds = (column: string): number => {
      const value = secondsOf(cell(column));
      if (value !== undefined && value >= 0) return value;
      throw new InputError(where, `the ${column} '${row[column]}'`, 'seconds from 0 on', 'Mend the time; a decimal point is a dot.');
    };
    const [recording, path] = [cell('record_id'), cell('wav_path')];
    const durationSeconds = (row['duration'] ?? '').trim() === '' ? undefined : seconds('duration');
    const known = recordings.get(recording) ?? { recording, path, durationSeconds, events: [], where };
    if (known.path !== path || known.durationSeconds !== durationSeconds) {
      throw new InputError(
        where,
        `another wav_path or duration of the recording '${recording}'`,
        `those of ${known.where}`,
        'Mend the one that is wrong, or name the recordings apart.',
      );
    }
    recordings.set(recording, known);
    if (['label', 'start_sec', 'end_sec'].every((column) => (row[column] ?? '').trim() === '')) return;
    const [startSeconds, wanted] = [seconds('start_sec'), seconds('end_sec')];
    const endSeconds = Math.min(wanted, durationSeconds ?? Number.POSITIVE_INFINITY);
    if (endSeconds <= startSeconds || wanted > endSeconds + overshootSeconds) {
      const found = `an event from ${startSeconds} s to ${wanted} s${durationSeconds === undefined ? '' : ` in a recording of ${durationSeconds} s`}`;
      throw new InputError(where, found, 'an end behind the start, and both within the recording', 'Mend the times or remove the row.');
    }
    known.events.push({ recording, label: cell('label'), startSeconds, endSeconds, where });
  });
  return [...recordings.values()];
}

/** The recordings as a table that `eventTable` reads again. */
export function tableOfEvents(recordings: readonly EventRecording[]): Table {
  return recordings.flatMap(({ recording, path, durationSeconds, events }) => {
    const rowOf = (label: string, start: string, end: string) => ({
      record_id: recording,
      wav_path: path,
      label,
      start_sec: start,
      end_sec: end,
      duration: durationSeconds === undefined ? '' : String(durationSeconds),
    });
    if (events.length === 0) return [rowOf('', '', '')];
    return events.map(({ label, startSeconds, endSeconds }) => rowOf(label, String(startSeconds), String(endSeconds)));
  });
}

/**
 * The recordings as `diarizationDataset` cuts them into chunks, a label standing where a speaker does: every frame that an event
 * touches has its label, as in S3PRL.
 *
 * @param labels columns of the labels, in this order
 * @param samplesPerFrame samples that a labelled frame stands for
 */
export function labelledRecordings(
  recordings: readonly EventRecording[],
  labels: readonly string[],
  { samplesPerFrame, sampleRate }: { readonly samplesPerFrame: number; readonly sampleRate: number },
): DiarizationRecording[] {
  const frameOf = (seconds: number) => Math.floor(Math.round(seconds * sampleRate) / samplesPerFrame);
  const secondsPerFrame = samplesPerFrame / sampleRate;
  return recordings.map(({ events, ...recording }) => ({
    ...recording,
    speakers: labels,
    regions: undefined,
    segments: events.map(({ label, startSeconds, endSeconds, where }, index) => ({
      recording: recording.recording,
      utterance: String(index),
      speaker: label,
      startSeconds: frameOf(startSeconds) * secondsPerFrame,
      endSeconds: (frameOf(endSeconds) + 1) * secondsPerFrame,
      where,
    })),
  }));
}
