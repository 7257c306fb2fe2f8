import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { InputError, type Table } from '@s3/interface';
import { type DiarizationRecording, segmentColumns } from './diarization-table.ts';
import { fieldName } from './rttm.ts';
import { plainName } from './speaker-segment.ts';
import { rememberPlaces } from './table-place.ts';
import { readTextLines, writeTextFile } from './text-file.ts';

/**
 * The segments of a Kaldi data directory, as rows for `diarizationTable`: `wav.scp`, `segments`, `utt2spk`, and `spk2utt` and `reco2dur`
 * where they are there.
 *
 * Takes spaces and tabs in any number and any line end; names are brought to one Unicode form (NFC), paths are left as they are. A
 * relative path counts from the working directory, as in Kaldi, or else from the directory. A recording without segments becomes a
 * row without a speaker. Commands in `wav.scp` are refused: S3PRL runs whatever stands there in a shell.
 *
 * @throws InputError with file and line for a command instead of a path, a line with too few or too many fields, a name
 *   that is given twice, a segment whose recording or speaker is not listed, or `spk2utt` that says other than `utt2spk`; for a file
 *   that is missing
 */
export async function readKaldiDirectory(folder: string): Promise<Table> {
  const paths = await readPairs(join(folder, 'wav.scp'), '<recording> <path>', (rest, where) => wavPath(rest, folder, where));
  const speakers = await readPairs(join(folder, 'utt2spk'), '<utterance> <speaker>', oneField);
  const durations = existsSync(join(folder, 'reco2dur'))
    ? await readPairs(join(folder, 'reco2dur'), '<recording> <seconds>', oneField)
    : new Map<string, Pair>();
  if (existsSync(join(folder, 'spk2utt'))) await checkSpeakers(join(folder, 'spk2utt'), speakers);

  const file = join(folder, 'segments');
  const lines = await readTextLines(file, kind);
  const spoken = new Set<string>();
  const rows = lines.map(({ fields, text, line }) => {
    const where = `${file}, row ${line}`;
    if (fields.length !== 4) {
      throw new InputError(where, `'${text}'`, '<utterance> <recording> <start> <end>', 'Mend the line; names have no spaces.');
    }
    const [utterance, recording] = [plainName(fields[0]!), plainName(fields[1]!)];
    const path = paths.get(recording);
    const speaker = speakers.get(utterance);
    if (!path) throw unlisted(where, `the recording '${recording}'`, 'wav.scp');
    if (!speaker) throw unlisted(where, `the utterance '${utterance}'`, 'utt2spk');
    spoken.add(recording);
    return rowOf({
      record_id: recording,
      wav_path: path.value,
      utt_id: utterance,
      speaker: speaker.value,
      start_sec: fields[2]!,
      end_sec: fields[3]!,
      duration: durations.get(recording)?.value ?? '',
    });
  });
  rememberPlaces(
    rows,
    file,
    lines.map(({ line }) => line),
  );
  const silent = [...paths].filter(([recording]) => !spoken.has(recording));
  const silentRows = silent.map(([recording, { value }]) =>
    rowOf({ record_id: recording, wav_path: value, duration: durations.get(recording)?.value ?? '' }),
  );
  rememberPlaces(
    silentRows,
    join(folder, 'wav.scp'),
    silent.map(([, { line }]) => line),
  );
  return [...rows, ...silentRows];
}

/**
 * Writes recordings as a Kaldi data directory: `wav.scp`, `segments`, `utt2spk`, `spk2utt` and `reco2dur`, each sorted, whole or not at all.
 *
 * @throws InputError for a name with a space, or a path that cannot be written
 */
export async function writeKaldiDirectory(folder: string, recordings: readonly DiarizationRecording[]): Promise<void> {
  const segments = recordings.flatMap(({ segments }) => segments);
  const bySpeaker = new Map<string, string[]>();
  for (const { speaker, utterance } of segments) {
    const utterances = bySpeaker.get(fieldName(speaker, 'speaker')) ?? [];
    bySpeaker.set(plainName(speaker), [...utterances, fieldName(utterance, 'utterance')]);
  }
  const files: { readonly [name: string]: readonly string[] } = {
    'wav.scp': recordings.map(({ recording, path }) => `${fieldName(recording, 'recording')} ${resolve(path)}`),
    reco2dur: recordings.flatMap(({ recording, durationSeconds }) =>
      durationSeconds === undefined ? [] : [`${fieldName(recording, 'recording')} ${durationSeconds}`],
    ),
    segments: segments.map(
      ({ utterance, recording, startSeconds, endSeconds }) =>
        `${fieldName(utterance, 'utterance')} ${fieldName(recording, 'recording')} ${startSeconds} ${endSeconds}`,
    ),
    utt2spk: segments.map(({ utterance, speaker }) => `${fieldName(utterance, 'utterance')} ${fieldName(speaker, 'speaker')}`),
    spk2utt: [...bySpeaker].map(([speaker, utterances]) => `${speaker} ${utterances.sort().join(' ')}`),
  };
  for (const [name, lines] of Object.entries(files)) {
    await writeTextFile(
      join(folder, name),
      [...lines]
        .sort()
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
}

const kind = 'a file of a Kaldi data directory';

interface Pair {
  readonly value: string;
  readonly line: number;
}

/** Lines of a name and what belongs to it. */
async function readPairs(
  path: string,
  form: string,
  readValue: (rest: string, where: string, form: string) => string,
): Promise<Map<string, Pair>> {
  const pairs = new Map<string, Pair>();
  for (const { text, fields, line } of await readTextLines(path, kind)) {
    const where = `${path}, row ${line}`;
    const name = plainName(fields[0]!);
    const value = readValue(text.slice(fields[0]!.length).trim(), where, form);
    const earlier = pairs.get(name);
    if (earlier)
      throw new InputError(where, `'${name}' again, which row ${earlier.line} has too`, 'each name once', 'Remove one of the lines.');
    pairs.set(name, { value, line });
  }
  return pairs;
}

function oneField(rest: string, where: string, form: string): string {
  if (/^\S+$/.test(rest)) return plainName(rest);
  throw new InputError(where, rest === '' ? 'one field' : `'${rest}' behind the name`, form, 'Mend the line; names have no spaces.');
}

function wavPath(rest: string, folder: string, where: string): string {
  if (rest === '') throw new InputError(where, 'a recording without a path', '<recording> <path>', 'Add the path of its audio file.');
  if (rest.endsWith('|') || rest.startsWith('|') || rest === '-') {
    throw new InputError(
      where,
      `the command '${rest}'`,
      'the path of an audio file',
      'Run the command once, keep what it writes as a file, and name that; commands in data are not run.',
    );
  }
  if (isAbsolute(rest)) return rest;
  const here = resolve(rest);
  return existsSync(here) ? here : resolve(folder, rest);
}

function unlisted(where: string, what: string, file: string): InputError {
  return new InputError(
    where,
    `${what}, which ${file} does not have`,
    `a line for it in ${file}`,
    `Add it to ${file}, or take the segment out.`,
  );
}

async function checkSpeakers(path: string, speakers: ReadonlyMap<string, Pair>): Promise<void> {
  for (const { fields, line } of await readTextLines(path, kind)) {
    const [speaker, ...utterances] = fields.map(plainName);
    for (const utterance of utterances) {
      const other = speakers.get(utterance)?.value;
      if (other === speaker) continue;
      throw new InputError(
        `${path}, row ${line}`,
        `the utterance '${utterance}' of the speaker '${speaker}'`,
        other === undefined ? 'an utterance that utt2spk has' : `the speaker that utt2spk gives it, '${other}'`,
        'Make spk2utt from utt2spk again, or remove it.',
      );
    }
  }
}

function rowOf(known: { readonly [column: string]: string }): Table[number] {
  return Object.fromEntries(segmentColumns.map((column) => [column, known[column] ?? '']));
}

/** Whether a path is a Kaldi data directory. */
export function isKaldiDirectory(path: string): boolean {
  return existsSync(join(path, 'wav.scp')) || existsSync(join(path, 'segments')) || existsSync(join(path, 'utt2spk'));
}
