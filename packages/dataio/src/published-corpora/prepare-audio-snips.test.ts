import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeEach, expect, test } from 'vitest';
import { prepareSlotFilling, slotFillingCorpus } from '../corpora/slot-filling-corpus.ts';
import recorded from '../fixtures/audio-snips.json' with { type: 'json' };
import { corpusReplica } from '../fixtures/corpus-replica.ts';
import { slotNames, slotTable } from '../tables/slot-table.ts';
import { prepareAudioSnips } from './prepare-audio-snips.ts';

let root: string;
let put: (file: string, content?: string) => Promise<void>;
const speakers = { trainSpeakers: ['Ivy', 'Joanna'], validSpeakers: ['Amy'], testSpeakers: ['Brian'] };
const recordings = [
  'train/Ivy-snips-train-0.wav',
  'train/Ivy-snips-train-1.wav',
  'train/Joanna-snips-train-0.wav',
  'train/deep/Brian-snips-train-0.wav',
  'train/Ivy-snips-train-99.wav',
  'valid/Amy-snips-valid-0.wav',
  'test/Brian-snips-test-0.wav',
];
const write = (lines: readonly string[], end = '\n') => put('all.iob.snips.txt', lines.map((line) => `${line}${end}`).join(''));

beforeEach(async () => {
  ({ root, put } = await corpusReplica('audio-snips'));
  await write(recorded.lines);
  for (const file of recordings) await put(file);
});

const asRecorded = Object.fromEntries(
  Object.entries(recorded.tables).map(([split, rows]) => [
    split,
    // S3PRL's csv files have the columns in the order of the alphabet; paths are below the folder
    rows.map((row) => ({ ...row, path: row.wav_path })),
  ]),
);
const relative = (table: readonly { readonly [column: string]: string }[], folder = root) =>
  table.map((row) => ({ ...row, wav_path: row['wav_path']!.slice(folder.length + 1), path: row['wav_path']!.slice(folder.length + 1) }));

test("makes S3PRL's tables of the layout of SUPERB", async () => {
  const corpus = await prepareAudioSnips({ root, ...speakers });
  expect(relative(corpus.train)).toEqual(asRecorded['train']);
  expect(relative(corpus.valid!)).toEqual(asRecorded['valid']);
  expect(relative(corpus.tests['test']!)).toEqual(asRecorded['test']);
  expect(slotTable(corpus.train).map(({ text }) => text)).toEqual([
    'PLAY THE SONG AND B-object_name “LEGENDE” E-object_name BY B-artist WESTBAM E-artist',
    'BOOK A TABLE IN B-city NEW YORK E-city B-timeRange NOW E-timeRange PLEASE',
    'RATE B-object_name EXPELLED E-object_name B-rating_value FIVE E-rating_value OF B-object_name AAO E-object_name',
  ]);
  expect(slotNames([corpus.train, corpus.tests['test']!])).toEqual(['artist', 'city', 'object_name', 'rating_value', 'timeRange']);
});

test('takes Windows line ends, a byte order mark, other files and folders, and names of another case', async () => {
  await write([`\uFEFF${recorded.lines[0]!}`, ...recorded.lines.slice(1), ''], '\r\n');
  for (const file of ['slots.txt', 'all-trans.txt', 'extra/x.wav', 'train/.DS_Store', 'train/._Ivy-snips-train-0.wav', 'train/notes.txt'])
    await put(file);
  await rename(join(root, 'train'), join(root, 'Train'));
  await rename(join(root, 'Train/Ivy-snips-train-0.wav'), join(root, 'Train/IVY-SNIPS-TRAIN-0.WAV'));
  const { train } = await prepareAudioSnips({ root, ...speakers });
  expect(train.map(({ id }) => id)).toEqual(recorded.tables.train.map(({ id }) => id));
  expect(train[0]!['wav_path']).toMatch(/Train.IVY-SNIPS-TRAIN-0\.WAV$/);
  expect(train.map(({ transcription }) => transcription)).toEqual(recorded.tables.train.map(({ transcription }) => transcription));
});

test('takes the folder that holds SNIPS, and compressed recordings, of several the WAV file', async () => {
  await put('SNIPS/.keep');
  for (const name of ['all.iob.snips.txt', 'train', 'valid', 'test']) await rename(join(root, name), join(root, 'SNIPS', name));
  await rename(join(root, 'SNIPS/test/Brian-snips-test-0.wav'), join(root, 'SNIPS/test/Brian-snips-test-0.mp3'));
  await put('SNIPS/valid/Amy-snips-valid-0.mp3');
  const { valid, tests } = await prepareAudioSnips({ root, ...speakers });
  expect(tests['test']![0]!['wav_path']).toBe(join(root, 'SNIPS/test/Brian-snips-test-0.mp3'));
  expect(valid![0]!['wav_path']).toBe(join(root, 'SNIPS/valid/Amy-snips-valid-0.wav'));
});

test('divides what S3PRL cannot: several words in place of one, and none', async () => {
  await write([...recorded.lines.slice(1), 'Ivy-snips-train-0 BOS R&B "A" 官方杂志 NOW EOS\tO genre name name O PlayMusic']);
  const { train } = await prepareAudioSnips({ root, ...speakers });
  expect(train[0]).toMatchObject({ transcription: 'R AND B A NOW', iob: 'genre genre genre name O' });
});

test('says what is missing', async () => {
  const failure = async (source: Partial<Parameters<typeof prepareAudioSnips>[0]> = {}) =>
    prepareAudioSnips({ root, ...speakers, ...source }).then(
      () => 'none',
      (error: InputError) => (error instanceof InputError ? error.message : String(error)),
    );
  expect(await failure({ root: join(root, 'none') })).toMatch(
    /none: found no such folder, or an empty one; expected the folder SNIPS with all\.iob/,
  );
  expect(await failure({ root: join(root, 'train') })).toMatch(/no all\.iob\.snips\.txt \(there are Ivy-snips-train-0\.wav/);
  await put('raw/audio_slu/audio_Aditi/snips/x.mp3');
  expect(await failure({ root: join(root, 'raw') })).toMatch(/recordings as downloaded; make the folder SNIPS of them/);
  expect(await failure({ trainSpeakers: ['Ivy', 'Joana'] })).toMatch(
    /corpus\.trainSpeakers: found 'Joana', who has no recordings in .*train; expected speakers with recordings there: Brian, Ivy, Joanna/,
  );
  await rm(join(root, 'train/Ivy-snips-train-1.wav'));
  expect(await failure()).toMatch(/train: found 1 of 3 recordings missing: Ivy-snips-train-1; expected every recording/);
  await rm(join(root, 'valid'), { recursive: true });
  await put('train/Ivy-snips-train-1.wav');
  expect(await failure()).toMatch(/valid: found no such folder \(there are all\.iob\.snips\.txt, raw, test, train\)/);
  await write(['Ivy-snips-train-0 BOS PLAY IT EOS\tO O PlayMusic']);
  expect(await failure()).toMatch(/all\.iob\.snips\.txt, row 1: found 4 words and 3 labels/);
  await write(['', 'Ivy-snips-train-0 BOS PLAY IT EOS O O O PlayMusic']);
  expect(await failure()).toMatch(/row 2: found no tab; expected an id and words from BOS to EOS/);
  await write([]);
  expect(await failure()).toMatch(/found an empty file/);
});

const csv = (file: string, rows: readonly string[]) => put(file, ['id,wav_path,transcription,iob', ...rows, ''].join('\r\n'));
const settings = (values: object) => slotFillingCorpus.parse(values);

test('reads csv files, and refuses rows whose words and tags differ', async () => {
  await csv('train.csv', ['a,a.wav,FLY TO NEW  YORK,O O city city', 'b,b.wav,HERE,O']);
  await csv('test.csv', ['c,c.wav,ROME AND PARIS,B-city O B-city']);
  const source = settings({ train: join(root, 'train.csv'), tests: join(root, 'test.csv') });
  const corpus = await prepareSlotFilling(source);
  expect(slotTable(corpus.train).map(({ text }) => text)).toEqual(['FLY TO B-city NEW YORK E-city', 'HERE']);
  expect(slotTable(corpus.tests['test']!)[0]!.text).toBe('B-city ROME E-city AND B-city PARIS E-city');

  await csv('train.csv', ['a,a.wav,HERE,O', 'b,b.wav,FLY TO ROME,O city']);
  await expect(prepareSlotFilling(source)).rejects.toThrow(/train\.csv, row 3: found 3 words in transcription and 2 tags in iob/);
  await csv('train.csv', ['a,a.wav,B-city ROME,O city']);
  await expect(prepareSlotFilling(source)).rejects.toThrow(/row 2: found the word 'B-city'/);
  await put('train.csv', 'id,wav_path,transcription\na,a.wav,HERE\n');
  await expect(prepareSlotFilling(source)).rejects.toThrow(/expected a column iob too/);
  await expect(prepareSlotFilling(settings({ root }))).rejects.toThrow(/corpus\.trainSpeakers: found 'Joey'/);
});
