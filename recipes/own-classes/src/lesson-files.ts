import { wavBytes } from '@s3/dataio';
import { InputError } from '@s3/interface';
import type { NamedFiles } from '@s3/trainer/memory';
import { z } from 'zod';
import type { Recording } from './recording.ts';

const lessonFile = z.object({
  format: z.literal(1),
  sampleRate: z.int().positive(),
  recordings: z.array(z.object({ file: z.string(), name: z.string(), label: z.string(), heldOut: z.boolean() })),
});

/** Recordings, and what was learned from them. */
export interface Lesson {
  readonly recordings: readonly Recording[];
  /** for each recording whether it was kept out of training */
  readonly heldOut: readonly boolean[];
  readonly sampleRate: number;
}

/** The table of these recordings, as the csv files of a run have it; paths are within the run's folder. */
export function lessonTable(recordings: readonly Recording[], places: RecordingPlaces): string {
  const rows = recordings.map((recording) => [`${recording.label}/${recording.name}`, places.get(recording)!, recording.label]);
  return [['id', 'wav_path', 'label'], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

/** Where the file of each recording lies, within the folder. */
export type RecordingPlaces = ReadonlyMap<Recording, string>;

/** Places without characters that file systems refuse: `recordings/2-yes/003.wav`. */
export function recordingPlaces(recordings: readonly Recording[]): RecordingPlaces {
  const labels = [...new Set(recordings.map(({ label }) => label))];
  const counts = new Map<string, number>();
  return new Map(
    recordings.map((recording) => {
      const count = (counts.get(recording.label) ?? 0) + 1;
      counts.set(recording.label, count);
      const word = recording.label
        .normalize('NFKD')
        .replace(/[^a-zA-Z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 30);
      const folder = [labels.indexOf(recording.label) + 1, ...(word ? [word.toLowerCase()] : [])].join('-');
      return [recording, `recordings/${folder}/${String(count).padStart(3, '0')}.wav`] as const;
    }),
  );
}

/**
 * The folder of a run, with the recordings that it was trained on: `s3 predict`, `s3 test` and `s3 run` take it, and
 * `openLesson` reads it back.
 *
 * @param name of the folder, the one that `teach` was given
 * @param trained what `teach` gave
 */
export function lessonFiles(
  name: string,
  { recordings, heldOut, sampleRate }: Lesson,
  trained: { readonly step: number; readonly files: NamedFiles },
): NamedFiles {
  const places = recordingPlaces(recordings);
  const part = (wanted: boolean) => recordings.filter((_, place) => heldOut[place] === wanted);
  const encoders = JSON.parse(new TextDecoder().decode(trained.files.get('encoders.json')!)) as { readonly [name: string]: unknown };
  const lesson: z.output<typeof lessonFile> = {
    format: 1,
    sampleRate,
    recordings: recordings.map((recording, place) => ({
      file: places.get(recording)!,
      name: recording.name,
      label: recording.label,
      heldOut: heldOut[place]!,
    })),
  };
  const texts: { readonly [file: string]: string } = {
    'README.txt': readme(name, trained.step),
    'lesson.json': `${JSON.stringify(lesson, null, 1)}\n`,
    'corpus.json': `${JSON.stringify({ train: 'train.csv', tests: { 'held-out': 'held-out.csv' } }, null, 2)}\n`,
    'train.csv': lessonTable(part(false), places),
    'held-out.csv': lessonTable(part(true), places),
    ...Object.fromEntries(
      Object.entries(encoders).map(([encoder, value]) => [`encoders/${encoder}.json`, `${JSON.stringify(value, null, 1)}\n`]),
    ),
  };
  return new Map([
    ...Object.entries(texts).map(([file, text]) => [`${name}/${file}`, new TextEncoder().encode(text)] as const),
    [`${name}/config.yaml`, trained.files.get('config.yaml')!],
    ...[...trained.files].map(([file, bytes]) => [`${name}/train/step_${trained.step}/${file}`, bytes] as const),
    ...recordings.map((recording) => [`${name}/${places.get(recording)}`, wavBytes(recording.waveform, sampleRate)] as const),
  ]);
}

/**
 * The recordings among the files of `lessonFiles`.
 *
 * @param where what the files came from, for messages
 * @returns undefined where there are none, as in a checkpoint of another kind
 * @throws InputError for a damaged file
 */
export function openLesson(files: NamedFiles, where: string): Lesson | undefined {
  const name = [...files.keys()].find((file) => /(^|\/)lesson\.json$/.test(file));
  if (name === undefined) return undefined;
  const folder = name.slice(0, -'lesson.json'.length);
  let lesson: z.output<typeof lessonFile>;
  try {
    lesson = lessonFile.parse(JSON.parse(new TextDecoder().decode(files.get(name)!)));
  } catch (cause) {
    throw new InputError(
      `${where}/${name}`,
      'another content than was saved',
      'a list of recordings',
      'Save it again, or use another file.',
      {
        cause,
      },
    );
  }
  const recordings = lesson.recordings.map(({ file, name: own, label }) => {
    const bytes = files.get(folder + file);
    if (!bytes) throw new InputError(`${where}/${folder}${file}`, 'nothing', 'a recording', 'Save it again, or use another file.');
    return { name: own, label, waveform: samplesOf(bytes, `${where}/${folder}${file}`) };
  });
  return { recordings, heldOut: lesson.recordings.map(({ heldOut }) => heldOut), sampleRate: lesson.sampleRate };
}

/** What `wavBytes` wrote. */
function samplesOf(bytes: Uint8Array, path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  const isOurs = byteLength >= 44 && view.getUint32(36) === 0x64617461 && view.getUint32(40, true) === byteLength - 44;
  if (!isOurs) throw new InputError(path, 'another content than was saved', 'mono 16-bit WAV', 'Save it again, or use another file.');
  return Float32Array.from({ length: (byteLength - 44) / 2 }, (_, index) => view.getInt16(44 + 2 * index, true) / 32768);
}

const csvCell = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const readme = (
  name: string,
  step: number,
) => `What a page learned of recordings, after ${step} steps. In this folder's parent, with Node 20 or newer:

  npm install @s3/cli
  npx s3 predict ${name}/train/step_${step} recording.wav     which class is it?
  npx s3 test ${name}/train/step_${step}                      judged again on the recordings that were kept out
  npx s3 run own-classes --config ${name}/config.yaml --start 2 --training.totalSteps ${2 * step}
                                                  goes on training

s3 predict and s3 test also take the zip as it is. recordings/ holds the recordings, train.csv those trained on and held-out.csv those kept out.
Remove recordings/ before you pass the folder on, if they are nobody else's business: predict does not need them.
`;
