import { InputError, type Table } from '@s3/interface';
import { type Located, plainName, type ScoredRegion, type SpeakerSegment, secondsOf } from './speaker-segment.ts';
import { rowNumber, rowPlace } from './table-place.ts';
import { cellOf, requireRows } from './utterance-rows.ts';

/** A recording, with who speaks when in it. */
export interface DiarizationRecording extends Located {
  /** its name */
  readonly recording: string;
  readonly path: string;
  /** seconds of the recording; undefined where the table does not say */
  readonly durationSeconds: number | undefined;
  /** sorted; none where nobody speaks */
  readonly speakers: readonly string[];
  /** in the order of time; those of one speaker do not overlap */
  readonly segments: readonly (SpeakerSegment & Located & { readonly utterance: string })[];
  /** what is scored; undefined for all of it */
  readonly regions: readonly ScoredRegion[] | undefined;
}

/** What becomes of segments that contradict others or their audio. */
export interface SegmentPolicy {
  /** where segments of one speaker overlap by more than 0.01 s */
  readonly sameSpeakerOverlap: 'refuse' | 'merge';
  /** where a segment ends more than 0.01 s behind its recording */
  readonly beyondEnd: 'refuse' | 'cut';
}

/** Columns of a table of segments: S3PRL's. */
export const segmentColumns = ['record_id', 'wav_path', 'utt_id', 'speaker', 'start_sec', 'end_sec', 'duration'] as const;

/** What times written with two decimals may be off, in seconds. */
const rounding = 0.01 + 1e-6;

/**
 * Recordings of a table of segments: record_id, wav_path, utt_id, speaker, start_sec, end_sec and, where known, duration and scored_regions.
 *
 * A row is a segment; one without utt_id, speaker, start_sec and end_sec is a recording in which nobody speaks. `scored_regions`
 * has the regions of a UEM file, `0 12.5; 20 30`. Segments of one speaker that overlap, or that end behind their recording, by up to 0.01 s are
 * merged or cut, since times are often written with two decimals; by more they are refused, or merged or cut where `policy` says so.
 *
 * @param name what errors call a table that no file was read for
 * @throws InputError with the row for an empty cell, times that are none, a segment of no or negative length, one behind the end of its
 *   recording, segments of one speaker that overlap, an utterance id that is used twice, or a recording with two paths or durations;
 *   for a table without rows
 */
export function diarizationTable(
  table: Table,
  name = 'the table of segments',
  policy: SegmentPolicy = { sameSpeakerOverlap: 'refuse', beyondEnd: 'refuse' },
): readonly DiarizationRecording[] {
  requireRows(table, name, 'segments');
  const recordings = new Map<string, Draft>();
  const rowOfUtterance = new Map<string, number>();
  table.forEach((row, index) => {
    const where = rowPlace(table, index, name);
    const recording = recordingOf(recordings, row, where);
    if (['utt_id', 'speaker', 'start_sec', 'end_sec'].every((column) => (row[column] ?? '').trim() === '')) return;
    const utterance = cell(row, 'utt_id', where);
    const earlier = rowOfUtterance.get(utterance);
    if (earlier !== undefined) {
      const found = `the utt_id '${utterance}', which row ${rowNumber(table, earlier)} has too`;
      throw new InputError(where, found, 'an id of its own for each segment', 'Remove the row or rename it.');
    }
    rowOfUtterance.set(utterance, index);
    const [startSeconds, endSeconds] = [seconds(row, 'start_sec', where), seconds(row, 'end_sec', where)];
    if (endSeconds <= startSeconds) {
      throw new InputError(
        where,
        `a segment from ${startSeconds} s to ${endSeconds} s`,
        'an end behind the start',
        'Mend the times or remove the row.',
      );
    }
    recording.segments.push({
      recording: recording.recording,
      utterance,
      speaker: cell(row, 'speaker', where),
      startSeconds,
      endSeconds,
      where,
    });
  });
  return [...recordings.values()].map((draft) => ({
    ...draft,
    segments: mergeOwnOverlaps(
      draft.segments.map((segment) => cutAtEnd(segment, draft.durationSeconds, policy)),
      policy,
    ),
    speakers: [...new Set(draft.segments.map(({ speaker }) => speaker))].sort(),
  }));
}

/**
 * @param setting what says how many there may be
 * @throws InputError for a recording of more speakers than this, with the row of the first that is too many
 */
export function refuseSurplusSpeakers(
  { recording, speakers, segments }: DiarizationRecording,
  maxSpeakers: number,
  setting = 'the number of speakers',
): void {
  if (speakers.length <= maxSpeakers) return;
  const seen = new Set<string>();
  const surplus = segments.find(({ speaker }) => seen.add(speaker).size > maxSpeakers)!;
  throw new InputError(
    surplus.where,
    `the speaker '${surplus.speaker}' in '${recording}', which has ${speakers.length}: ${speakers.join(', ')}`,
    `at most ${maxSpeakers} speakers in a recording, as many as the model has outputs`,
    `Set ${setting} higher, or take the recording out.`,
  );
}

/** The recordings as a table that `diarizationTable` reads again. */
export function segmentTable(recordings: readonly DiarizationRecording[]): Table {
  const hasRegions = recordings.some(({ regions }) => regions);
  return recordings.flatMap(({ recording, path, durationSeconds, segments, regions }) => {
    const own = { record_id: recording, wav_path: path };
    const rest = {
      duration: durationSeconds === undefined ? '' : String(durationSeconds),
      ...(hasRegions && { scored_regions: (regions ?? []).map((region) => `${region.startSeconds} ${region.endSeconds}`).join('; ') }),
    };
    if (segments.length === 0) return [{ ...own, utt_id: '', speaker: '', start_sec: '', end_sec: '', ...rest }];
    return segments.map(({ utterance, speaker, startSeconds, endSeconds }) => {
      return { ...own, utt_id: utterance, speaker, start_sec: String(startSeconds), end_sec: String(endSeconds), ...rest };
    });
  });
}

type Segment = DiarizationRecording['segments'][number];
type Draft = Omit<DiarizationRecording, 'speakers'> & { readonly segments: Segment[] };

/** The recording that a row belongs to; what it says of the recording must not differ from row to row. */
function recordingOf(recordings: Map<string, Draft>, row: Table[number], where: string): Draft {
  const recording = plainName(cell(row, 'record_id', where));
  const path = cell(row, 'wav_path', where);
  const hasDuration = (row['duration'] ?? '').trim() !== '';
  const durationSeconds = hasDuration ? seconds(row, 'duration', where) : undefined;
  const known = recordings.get(recording);
  if (!known) {
    const regions = regionsOf(row['scored_regions'] ?? '', recording, where);
    const draft = { recording, path, durationSeconds, segments: [], regions, where };
    recordings.set(recording, draft);
    return draft;
  }
  const differing = known.path !== path ? 'wav_path' : known.durationSeconds !== durationSeconds ? 'duration' : undefined;
  if (!differing) return known;
  const [now, before] = differing === 'wav_path' ? [path, known.path] : [durationSeconds, known.durationSeconds];
  throw new InputError(
    where,
    `the ${differing} '${now ?? ''}' for the recording '${recording}'`,
    `'${before ?? ''}', as in ${known.where}`,
    'Mend the one that is wrong, or name the recordings apart.',
  );
}

function cutAtEnd(segment: Segment, durationSeconds: number | undefined, { beyondEnd }: SegmentPolicy): Segment {
  if (durationSeconds === undefined || segment.endSeconds <= durationSeconds) return segment;
  if (segment.startSeconds < durationSeconds && (beyondEnd === 'cut' || segment.endSeconds <= durationSeconds + rounding)) {
    return { ...segment, endSeconds: durationSeconds };
  }
  throw new InputError(
    segment.where,
    `a segment from ${segment.startSeconds} s to ${segment.endSeconds} s`,
    `one inside its recording of ${durationSeconds} s`,
    segment.startSeconds < durationSeconds
      ? 'Mend the times, or cut such segments with corpus.beyondEnd cut.'
      : 'Mend the times or remove the segment: it begins behind the end.',
  );
}

/** Joins overlapping segments of each speaker; sorted by time. */
function mergeOwnOverlaps(segments: readonly Segment[], { sameSpeakerOverlap }: SegmentPolicy): Segment[] {
  const last = new Map<string, number>();
  const merged: Segment[] = [];
  for (const segment of [...segments].sort((one, other) => one.startSeconds - other.startSeconds)) {
    const place = last.get(segment.speaker);
    const open = place === undefined ? undefined : merged[place]!;
    if (place === undefined || !open || segment.startSeconds >= open.endSeconds) {
      last.set(segment.speaker, merged.length);
      merged.push(segment);
      continue;
    }
    const overlap = Math.min(open.endSeconds, segment.endSeconds) - segment.startSeconds;
    if (sameSpeakerOverlap === 'refuse' && overlap > rounding) {
      throw new InputError(
        segment.where,
        `a segment of '${segment.speaker}' from ${segment.startSeconds} s to ${segment.endSeconds} s`,
        `none that overlaps another of this speaker, as it does that from ${open.startSeconds} s to ${open.endSeconds} s (${open.where})`,
        'Mend the times or the speaker, or merge such segments with corpus.sameSpeakerOverlap merge.',
      );
    }
    merged[place] = { ...open, endSeconds: Math.max(open.endSeconds, segment.endSeconds) };
  }
  return merged;
}

function regionsOf(text: string, recording: string, where: string): ScoredRegion[] | undefined {
  if (text.trim() === '') return undefined;
  return text.split(';').map((region) => {
    const [start, end, ...rest] = region.trim().split(/\s+/).map(secondsOf);
    if (start !== undefined && end !== undefined && rest.length === 0 && start >= 0 && end > start) {
      return { recording, startSeconds: start, endSeconds: end };
    }
    throw new InputError(where, `the scored_regions '${text}'`, 'start and end of each in seconds: 0 12.5; 20 30', 'Mend the cell.');
  });
}

function seconds(row: Table[number], column: string, where: string): number {
  const text = cell(row, column, where);
  const value = secondsOf(text);
  if (value === undefined) throw new InputError(where, `the ${column} '${text}'`, 'seconds', 'Mend the time; a decimal point is a dot.');
  if (value < 0) throw new InputError(where, `a ${column} of ${text} s`, '0 s or more', 'Mend the time.');
  return value;
}

/** A value that has to be there. */
function cell(row: Table[number], column: string, where: string): string {
  const value = cellOf(row, column, where);
  return column === 'wav_path' ? value : plainName(value.trim());
}
