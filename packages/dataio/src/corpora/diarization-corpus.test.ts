import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { wavBytes } from '../audio/wav-bytes.ts';
import { diarizationTable, segmentTable } from '../tables/diarization-table.ts';
import { writeKaldiDirectory } from '../tables/kaldi-directory.ts';
import { writeRttm } from '../tables/rttm.ts';
import { writeTable } from '../tables/table.ts';
import { diarizationCorpus, prepareDiarization } from './diarization-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-diarization-'));
const at = (...names: string[]) => join(folder, ...names);
const said = (recording: string, speaker: string, start: number, end: number) => ({
  record_id: recording,
  wav_path: at('audio', `${recording}.wav`),
  utt_id: `${recording}_${start}`,
  speaker,
  start_sec: String(start),
  end_sec: String(end),
});
const rows = [said('one', 'ann', 0, 1), said('one', 'bob', 0.5, 1.5), said('two', 'ann', 0.25, 0.75)];
const segments = rows.map(({ record_id: recording, speaker, start_sec, end_sec }) => {
  return { recording, speaker, startSeconds: Number(start_sec), endSeconds: Number(end_sec) };
});

beforeAll(async () => {
  mkdirSync(at('audio', 'deeper'), { recursive: true });
  for (const [file, seconds] of Object.entries({ 'one.wav': 2, 'deeper/two.Mix-Headset.wav': 1, 'two.wav': 1, 'deeper/three.wav': 1 })) {
    writeFileSync(at('audio', file), wavBytes(new Float32Array(16_000 * seconds), 16_000));
  }
  await writeTable(at('set.csv'), rows);
  await writeRttm(at('set.rttm'), segments);
  await writeKaldiDirectory(at('kaldi', 'train'), diarizationTable(rows));
  for (const set of ['dev', 'test']) cpSync(at('kaldi', 'train'), at('kaldi', set), { recursive: true });
});

type Settings = Parameters<typeof diarizationCorpus.parse>[0] & object;
const prepare = (settings: Settings, source = {}) => prepareDiarization(diarizationCorpus.parse(settings), source);

/** Segments by recording, without the names that a source gives them. */
const spoken = (table: Parameters<typeof diarizationTable>[0]) =>
  diarizationTable(table).map(({ recording, path, durationSeconds, segments }) => ({
    recording,
    path,
    durationSeconds,
    segments: segments.map(({ speaker, startSeconds, endSeconds }) => [speaker, startSeconds, endSeconds]),
  }));

test('Kaldi directories, csv and RTTM files become the same tables, with durations from the audio', async () => {
  const expected = [
    {
      recording: 'one',
      path: at('audio', 'one.wav'),
      durationSeconds: 2,
      segments: [
        ['ann', 0, 1],
        ['bob', 0.5, 1.5],
      ],
    },
    { recording: 'two', path: at('audio', 'two.wav'), durationSeconds: 1, segments: [['ann', 0.25, 0.75]] },
  ];
  const rttm = await prepare({ train: at('set.rttm'), tests: at('set.rttm'), audio: at('audio') });
  const csv = await prepare({ train: at('set.csv'), tests: at('set.csv') });
  const root = await prepare({ root: at('kaldi') });
  const kaldi = await prepare({ train: at('kaldi', 'train'), valid: at('kaldi', 'dev'), tests: [at('kaldi', 'test')] });
  for (const corpus of [rttm, csv, root, kaldi]) {
    expect(spoken(corpus.train)).toEqual(expected);
    for (const table of Object.values(corpus.tests)) expect(spoken(table)).toEqual(expected);
  }
  expect(Object.keys(rttm.tests)).toEqual(['set']);
  expect(Object.keys(root.tests)).toEqual(['test']);
  expect(root.valid && spoken(root.valid)).toEqual(expected);
  expect(csv.valid).toBeUndefined();
});

test('a UEM file says what is scored, and which silent recordings are', async () => {
  writeFileSync(at('all.uem'), 'one 1 0 0.5\none 1 1 2\ntwo 1 0 1\nthree 1 0 1\n');
  const { tests, train } = await prepare({ train: at('set.rttm'), tests: at('set.rttm'), audio: at('audio'), uem: at('all.uem') });
  const recordings = diarizationTable(tests['set']!);
  expect(recordings.map(({ recording, regions }) => [recording, regions?.length])).toEqual([
    ['one', 2],
    ['two', 1],
    ['three', 1],
  ]);
  expect(recordings[2]!.segments).toEqual([]);
  expect(diarizationTable(train).map(({ regions }) => regions)).toEqual([undefined, undefined]);
  expect(segmentTable(recordings)).toEqual(tests['set']);
});

test('a recording may go on with a dot behind its name', async () => {
  await writeRttm(at('four.rttm'), [{ recording: 'three', speaker: 'ann', startSeconds: 0, endSeconds: 1 }]);
  writeFileSync(at('audio', 'deeper', 'five.Mix-Headset.wav'), wavBytes(new Float32Array(16_000), 16_000));
  await writeRttm(at('five.rttm'), [{ recording: 'five', speaker: 'ann', startSeconds: 0, endSeconds: 1 }]);
  const { tests } = await prepare({ train: at('four.rttm'), tests: at('five.rttm'), audio: at('audio') });
  expect(tests['five']![0]!['wav_path']).toBe(at('audio', 'deeper', 'five.Mix-Headset.wav'));
});

describe('refuses', () => {
  const bad = async (name: string, text: string, more: Settings = {}) => {
    writeFileSync(at(name), text);
    return prepare({ train: at(name), tests: at('set.csv'), ...more });
  };
  const header = 'record_id,wav_path,utt_id,speaker,start_sec,end_sec,duration\n';

  test('a path that is not there, with everything that may be', async () => {
    await expect(prepare({ train: at('nowhere'), tests: at('set.csv') })).rejects.toThrow(
      /nowhere: found no such file or folder; expected a Kaldi data directory; a csv file .* or an RTTM file/,
    );
  });

  test('a segment behind the end of the audio, by the line of its own file', async () => {
    await expect(bad('a.csv', `${header}one,audio/one.wav,u1,ann,0,1,\none,audio/one.wav,u2,ann,1.5,2.5,\n`)).rejects.toThrow(
      `${at('a.csv')}, row 3: found a segment from 1.5 s to 2.5 s; expected one inside its recording of 2 s`,
    );
    await expect(bad('a.rttm', ';;\nSPEAKER one 1 1.5 1 <NA> <NA> ann <NA> <NA>\n', { audio: at('audio') })).rejects.toThrow(
      `${at('a.rttm')}, row 2: found a segment from 1.5 s`,
    );
    expect((await bad('a.csv', `${header}one,audio/one.wav,u2,ann,1.5,2.5,\n`, { beyondEnd: 'cut' })).train[0]!['end_sec']).toBe('2');
  });

  test('a duration that the audio does not have', async () => {
    await expect(bad('b.csv', `${header}one,audio/one.wav,u1,ann,0,1,3.5\n`)).rejects.toThrow(/row 2: found a duration of 3.5 s for 'one'/);
  });

  test('three speakers where two are configured', async () => {
    const text = `${header}${['ann', 'bob', 'cy'].map((speaker, index) => `one,audio/one.wav,u${index},${speaker},0,1,\n`).join('')}`;
    writeFileSync(at('c.csv'), text);
    await expect(prepare({ train: at('c.csv'), tests: at('set.csv') }, { maxSpeakers: 2 })).rejects.toThrow(
      `${at('c.csv')}, row 4: found the speaker 'cy' in 'one', which has 3`,
    );
  });

  test('audio that is not there', async () => {
    await expect(bad('d.csv', `${header}one,audio/1.wav,u1,ann,0,1,\n`)).rejects.toThrow(
      /d.csv, row 2: .*1.wav: found no such file|d.csv, row 2: .*1.wav/,
    );
    await expect(bad('d.rttm', 'SPEAKER onne 1 0 1 <NA> <NA> ann <NA> <NA>\n', { audio: at('audio') })).rejects.toThrow(
      /d.rttm, row 1: found the recording 'onne'.*Is one meant\?/,
    );
    await expect(bad('d.rttm', 'SPEAKER one 1 0 1 <NA> <NA> ann <NA> <NA>\n')).rejects.toThrow('corpus.audio: found no folder');
  });

  test('a test recording that the UEM file does not name', async () => {
    writeFileSync(at('one.uem'), 'one 1 0 1\n');
    await expect(prepare({ train: at('set.csv'), tests: at('set.csv'), uem: at('one.uem') })).rejects.toThrow(
      "no region of the recording 'two'",
    );
  });

  test('settings that do not say where the recordings are', async () => {
    await expect(prepare({})).rejects.toThrow('corpus: found neither root nor train and tests');
    await expect(prepare({ train: at('set.csv') })).rejects.toThrow('corpus: found only train');
    await expect(prepare({ root: at('kaldi'), train: at('set.csv') })).rejects.toThrow('corpus.root: found train beside it');
    await expect(prepare({ root: at('audio') })).rejects.toThrow('found no folder train');
    await expect(prepare({ train: at('audio'), tests: at('set.csv') })).rejects.toThrow('found a folder without wav.scp');
  });
});
