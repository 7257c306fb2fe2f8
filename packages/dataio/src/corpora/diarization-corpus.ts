import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Corpus, InputError, type Table } from '@s3/interface';
import { z } from 'zod';
import { audioPaths } from '../audio/audio-folder.ts';
import { audioInfo } from '../audio/recording-file.ts';
import {
  type DiarizationRecording,
  diarizationTable,
  refuseSurplusSpeakers,
  segmentColumns,
  segmentTable,
} from '../tables/diarization-table.ts';
import { isKaldiDirectory, readKaldiDirectory } from '../tables/kaldi-directory.ts';
import { nearestNames } from '../tables/nearest-names.ts';
import { readRttm } from '../tables/rttm.ts';
import { type Located, plainName, type ScoredRegion } from '../tables/speaker-segment.ts';
import { readTable, resolveWavPaths } from '../tables/table.ts';
import { rememberPlaces } from '../tables/table-place.ts';
import { testSetTables } from '../tables/test-set-tables.ts';
import { readUem } from '../tables/uem.ts';

const source =
  'a Kaldi data directory; a csv file with record_id, wav_path, utt_id, speaker, start_sec, end_sec and, where known, duration; or an RTTM file, with corpus.audio';

/** Settings that say where recordings with their speakers' segments come from. */
export const diarizationCorpus = z.strictObject({
  root: z.string().min(1).optional().describe('folder with the Kaldi data directories train, dev and test; or give train and tests'),
  train: z.string().min(1).optional().describe(`what is trained on: ${source}`),
  valid: z.string().min(1).optional().describe('what chooses the checkpoint and the post-processing, as train'),
  tests: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('what is tested on, separated by commas, as train'),
  audio: z.string().min(1).optional().describe('folder of the recordings that RTTM files speak of, each named as its recording'),
  uem: z.string().min(1).optional().describe('UEM file that says which parts of the valid and test recordings are scored'),
  sameSpeakerOverlap: z
    .enum(['refuse', 'merge'])
    .default('refuse')
    .describe('segments of one speaker that overlap by more than 0.01 s: refuse to start, or merge them'),
  beyondEnd: z
    .enum(['refuse', 'cut'])
    .default('refuse')
    .describe('segments that end more than 0.01 s behind their recording: refuse to start, or cut them there'),
});

/** What the sets are read for. */
export interface DiarizationSource {
  /** speakers that the model can tell apart; a recording of more is refused */
  readonly maxSpeakers?: number;
  /** the setting that says so, for errors */
  readonly speakersSetting?: string;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

/** What a duration that is listed may differ from that of the audio, in seconds. */
const durationTolerance = 0.1;

/**
 * Tables of segments, read and checked, with the duration of each recording as its audio has it.
 *
 * Kaldi data directories, csv files and RTTM files become the same columns; each test set has the name of its file or folder. Recordings
 * without a segment are kept where a Kaldi directory, a csv file or the UEM file lists them; other audio beside an RTTM file is left
 * alone. S3PRL trusts `reco2dur`, and cuts its chunks by it.
 *
 * @throws InputError with file and line, as `readKaldiDirectory`, `readRttm`, `readUem`, `readTable` and `diarizationTable` do; for a
 *   recording of more speakers than `maxSpeakers`, without audio, of another length than is listed, or that the UEM file does not name;
 *   when it is not said where the recordings are
 */
export async function prepareDiarization(
  { root, train, valid, tests, audio, uem, ...policy }: z.output<typeof diarizationCorpus>,
  { maxSpeakers = Number.POSITIVE_INFINITY, speakersSetting, onProgress }: DiarizationSource = {},
): Promise<Corpus> {
  const given = Object.entries({ train, valid, tests, audio }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (root !== undefined && given.length > 0) {
    throw new InputError('corpus.root', `${given.join(' and ')} beside it`, 'root alone, or the sets alone', 'Leave one of them out.');
  }
  if (root === undefined && (train === undefined || tests === undefined)) {
    const found = given.length > 0 ? `only ${given.join(' and ')}` : 'neither root nor train and tests';
    const remedy = `Set corpus.root to a folder with train, dev and test, or corpus.train and corpus.tests each to ${source}.`;
    throw new InputError('corpus', found, 'where the recordings are', remedy);
  }
  const regions = uem === undefined ? undefined : { file: uem, all: await readUem(uem) };

  const read =
    (isScored: boolean) =>
    async (path: string): Promise<Table> => {
      const scored = isScored ? regions : undefined;
      const table = await readSegments(path, audio, scored?.all);
      const recordings = diarizationTable(table, path, policy);
      for (const recording of recordings) refuseSurplusSpeakers(recording, maxSpeakers, speakersSetting);
      const measured = await measure(recordings, path, onProgress);
      return segmentTable(diarizationTable(measured.table, path, policy).map((recording) => withRegions(recording, scored)));
    };
  if (root !== undefined) {
    for (const set of ['train', 'test']) {
      if (existsSync(join(root, set))) continue;
      throw new InputError(
        root,
        `no folder ${set}`,
        'the Kaldi data directories train, dev and test',
        'Correct corpus.root, or name the sets one by one.',
      );
    }
    const dev = ['dev', 'valid'].map((set) => join(root, set)).find((path) => existsSync(path));
    return {
      train: await read(false)(join(root, 'train')),
      ...(dev !== undefined && { valid: await read(true)(dev) }),
      tests: { test: await read(true)(join(root, 'test')) },
    };
  }
  return {
    train: await read(false)(train!),
    ...(valid !== undefined && { valid: await read(true)(valid) }),
    tests: await testSetTables(tests!, read(true)),
  };
}

async function readSegments(
  path: string,
  audio: string | undefined,
  regions: readonly (ScoredRegion & Located)[] | undefined,
): Promise<Table> {
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) {
    if (isKaldiDirectory(path)) return readKaldiDirectory(path);
    throw new InputError(path, 'a folder without wav.scp', source, 'Correct the path.');
  }
  if (kind === undefined) throw new InputError(path, 'no such file or folder', source, 'Check the path and its permissions.');
  if (!path.toLowerCase().endsWith('.rttm')) {
    return resolveWavPaths(await readTable(path, { columns: segmentColumns.filter((column) => column !== 'duration') }), path);
  }
  if (audio === undefined) {
    throw new InputError(
      'corpus.audio',
      'no folder',
      `the folder of the recordings of ${path}`,
      'Set corpus.audio: an RTTM file does not say where its recordings are.',
    );
  }
  return segmentsWithAudio(path, await audioFiles(audio), audio, regions ?? []);
}

/** An RTTM file and the recordings that it, or the UEM file, speaks of. */
async function segmentsWithAudio(
  path: string,
  files: ReadonlyMap<string, string>,
  folder: string,
  regions: readonly (ScoredRegion & Located)[],
): Promise<Table> {
  const segments = await readRttm(path);
  const fileOf = fileFinder(files);
  const spoken = new Set(segments.map(({ recording }) => recording));
  const silent = new Map(
    regions
      .filter(({ recording }) => !spoken.has(recording) && fileOf(recording) !== undefined)
      .map((region) => [region.recording, region]),
  );
  const counts = new Map<string, number>();
  const rows = segments.map(({ recording, speaker, startSeconds, endSeconds, where }) => {
    const file = fileOf(recording);
    if (file === undefined) {
      const near = nearestNames(recording, [...files.keys()], 1).map((name) => ` Is ${name} meant?`);
      throw new InputError(
        where,
        `the recording '${recording}'`,
        `a recording of this name in ${folder}`,
        `Rename the audio file or the recording, or correct corpus.audio.${near.join('')}`,
      );
    }
    const count = counts.get(recording) ?? 0;
    counts.set(recording, count + 1);
    return {
      record_id: recording,
      wav_path: file,
      utt_id: `${recording}_${String(count).padStart(5, '0')}`,
      speaker,
      start_sec: String(startSeconds),
      end_sec: String(endSeconds),
      duration: '',
    };
  });
  rememberLocated(rows, segments, path);
  const silentRows = [...silent.keys()].map((recording) => ({
    ...Object.fromEntries(segmentColumns.map((column) => [column, ''])),
    record_id: recording,
    wav_path: fileOf(recording)!,
  }));
  rememberLocated(silentRows, [...silent.values()], path);
  return [...rows, ...silentRows];
}

/** Rows take the places of what they were made of, `FILE, row N`. */
function rememberLocated(rows: Table, origins: readonly Located[], file: string): void {
  rows.forEach((row, index) => {
    const [, named, line] = /^(.*), row (\d+)$/s.exec(origins[index]!.where) ?? [];
    rememberPlaces([row], named ?? file, [Number(line)]);
  });
}

/** Audio files anywhere below a folder, by their names without ending. */
async function audioFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const path of await audioPaths(folder)) {
    const name = plainName(basename(path, extname(path)));
    const earlier = files.get(name);
    if (earlier !== undefined) {
      throw new InputError(path, `a second recording called '${name}' beside ${earlier}`, 'each name once', 'Rename or move one of them.');
    }
    files.set(name, path);
  }
  return files;
}

/** Finds the file of a recording: of its name, or the only one that goes on with a dot (`EN2001a.Mix-Headset.wav`). */
function fileFinder(files: ReadonlyMap<string, string>): (recording: string) => string | undefined {
  const found = new Map<string, string | undefined>(files);
  return (recording) => {
    if (!found.has(recording)) {
      const longer = [...files.keys()].filter((name) => name.startsWith(`${recording}.`));
      found.set(recording, longer.length === 1 ? files.get(longer[0]!) : undefined);
    }
    return found.get(recording);
  };
}

/** Fills in the durations that the audio has. */
async function measure(recordings: readonly DiarizationRecording[], path: string, onProgress: DiarizationSource['onProgress']) {
  const measured: DiarizationRecording[] = [];
  for (const [index, recording] of recordings.entries()) {
    const { seconds } = await audioInfo(recording.path).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${recording.where}: ${error.where}`, error.found, error.expected, error.remedy, { cause: error });
    });
    const listed = recording.durationSeconds;
    if (listed !== undefined && Math.abs(listed - seconds) > durationTolerance) {
      throw new InputError(
        recording.where,
        `a duration of ${listed} s for '${recording.recording}'`,
        `that of its audio, ${Number(seconds.toFixed(6))} s (${recording.path})`,
        'Mend reco2dur or the column duration, or leave it out: it is then taken from the audio.',
      );
    }
    measured.push({ ...recording, durationSeconds: seconds });
    if ((index + 1) % 100 === 0 || index + 1 === recordings.length)
      onProgress?.(`reading durations of ${basename(path)}`, index + 1, recordings.length);
    if ((index + 1) % 100 === 0) await new Promise(setImmediate);
  }
  const table = segmentTable(measured);
  rememberLocated(
    table,
    measured.flatMap((recording): readonly Located[] => (recording.segments.length > 0 ? recording.segments : [recording])),
    path,
  );
  return { table };
}

function withRegions(
  recording: DiarizationRecording,
  scored: { readonly file: string; readonly all: readonly ScoredRegion[] } | undefined,
): DiarizationRecording {
  if (!scored) return recording;
  const regions = scored.all.filter((region) => region.recording === recording.recording);
  if (regions.length > 0) return { ...recording, regions };
  throw new InputError(
    scored.file,
    `no region of the recording '${recording.recording}' (${recording.where})`,
    'regions of every valid and test recording',
    'Add a line for it, or take the recording out.',
  );
}
