import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { frameActivity } from '../datasets/frame-activity.ts';
import { corpusReplica, silentWave } from '../fixtures/corpus-replica.ts';
import { eventTable, labelledRecordings, tableOfEvents } from '../tables/event-table.ts';
import { encodeEvents, eventCorpus, prepareEvents } from './event-corpus.ts';

let replica: Awaited<ReturnType<typeof corpusReplica>>;
beforeEach(async () => {
  replica = await corpusReplica('events');
});
const read = (settings: object) => prepareEvents(eventCorpus.parse(settings));

describe('a HEAR task of events', () => {
  const metadata = { task_name: 'dcase', embedding_type: 'event', prediction_type: 'multilabel' };
  const entries = {
    'a.wav': [
      { label: 'cough', start: 100, end: 350.5 },
      { label: 'knock', start: 200, end: 1500 },
    ],
    'b.wav': [],
  };
  beforeEach(async () => {
    await replica.put('task_metadata.json', JSON.stringify(metadata));
    await replica.put('labelvocabulary.csv', 'idx,label\n0,cough\n1,knock\n2,drawer');
    for (const split of ['train', 'valid', 'test']) {
      await replica.put(`${split}.json`, JSON.stringify(entries));
      for (const file of Object.keys(entries)) await replica.put(`16000/${split}/${file}`, silentWave(16_000));
    }
  });

  test('becomes rows of events with the durations of the audio', async () => {
    const { train, tests } = await read({ root: replica.root });
    const wav_path = join(replica.root, '16000/train/a.wav');
    expect(train).toEqual([
      { record_id: 'a.wav', wav_path, label: 'cough', start_sec: '0.1', end_sec: '0.3505', duration: '1' },
      { record_id: 'a.wav', wav_path, label: 'knock', start_sec: '0.2', end_sec: '1', duration: '1' },
      { record_id: 'b.wav', wav_path: join(replica.root, '16000/train/b.wav'), label: '', start_sec: '', end_sec: '', duration: '1' },
    ]);
    // an end behind that of the recording, 1.5 s in test too, is cut
    expect(eventTable(tests['test']!)[0]!.events[1]).toMatchObject({ endSeconds: 1 });
    expect(encodeEvents({ train, tests }, ['cough', 'knock', 'drawer'])).toEqual(['cough', 'drawer', 'knock']);
  });

  const bad: [name: string, file: string, content: object, message: string][] = [
    ['a label outside the vocabulary', 'valid.json', { 'a.wav': [{ label: 'cuogh', start: 0, end: 1 }] }, "the label 'cuogh'"],
    [
      'an event behind the end',
      'valid.json',
      { 'a.wav': [{ label: 'cough', start: 1000, end: 1200 }] },
      'an event from 1000 ms to 1200 ms',
    ],
    ['an event without length', 'valid.json', { 'a.wav': [{ label: 'cough', start: 9, end: 9 }] }, 'an event from 9 ms to 9 ms'],
    ['labels of scenes', 'valid.json', { 'a.wav': ['cough'] }, "valid.json, 'a.wav'"],
    ['missing audio', 'valid.json', { 'c.wav': [] }, '1 of 1 audio files missing: 16000/valid/c.wav'],
    ['a task of scenes', 'task_metadata.json', { ...metadata, embedding_type: 'scene' }, 'a task of whole recordings'],
    ['one label at a time', 'task_metadata.json', { ...metadata, prediction_type: 'multiclass' }, 'exactly one label sounds'],
  ];
  test.each(bad)('%s is refused', async (_, file, content, message) => {
    await replica.put(file, JSON.stringify(content));
    await expect(read({ root: replica.root })).rejects.toThrow(message);
  });
});

describe("csv files of one's own", () => {
  const header = 'record_id,wav_path,label,start_sec,end_sec';
  const put = async (name: string, ...rows: string[]) => {
    await replica.put(name, [header, ...rows].join('\n'));
    return join(replica.root, name);
  };

  test('are measured where they do not say how long recordings are', async () => {
    await replica.put('a.wav', silentWave(8000));
    const train = await put('train.csv', 'a,a.wav,dog,0,0.25', 'a,a.wav,dog,0.2,0.4', 'b,a.wav,,,');
    const corpus = await read({ train, tests: train });
    expect(corpus.train.map((row) => row['duration'])).toEqual(['0.5', '0.5', '0.5']);
    expect(tableOfEvents(eventTable(corpus.train))).toEqual(corpus.train);
    const other = await put('other.csv', 'a,a.wav,cat,0,0.25');
    const strange = await read({ train, tests: other });
    expect(() => encodeEvents(strange)).toThrow(`${other}, row 2: found the label 'cat'`);
    await expect(read({ train, tests: train, testFold: 1 })).rejects.toThrow('corpus.testFold: found 1');
  });

  test.each([
    ['a,a.wav,dog,0.3,0.2', 'row 2: found an event from 0.3 s to 0.2 s'],
    ['a,a.wav,dog,0.3,9', 'row 2: found an event from 0.3 s to 9 s in a recording of 0.5 s'],
    ['a,a.wav,dog,0.3,x', "row 2: found the end_sec 'x'"],
    ['a,a.wav,dog,-1,1', "row 2: found the start_sec '-1'"],
    ['a,a.wav,,0,1', 'row 2: found an empty label'],
    ['a,,dog,0,1', 'row 2: found an empty wav_path'],
  ])('the row %s is refused', async (row, message) => {
    await replica.put('a.wav', silentWave(8000));
    const train = await put('train.csv', row);
    await expect(read({ train, tests: train })).rejects.toThrow(`${train}, ${message}`);
  });

  test('an event behind the end of its recording, a recording in two places', () => {
    const row = { record_id: 'a', wav_path: 'a.wav', label: 'dog', start_sec: '2', end_sec: '3', duration: '1' };
    expect(() => eventTable([row])).toThrow('row 2: found an event from 2 s to 3 s in a recording of 1 s');
    expect(() => eventTable([{ ...row, start_sec: '0', end_sec: '1.06' }])).toThrow('from 0 s to 1.06 s in a recording of 1 s');
    expect(eventTable([{ ...row, start_sec: '0', end_sec: '1.05' }])[0]!.events).toMatchObject([{ endSeconds: 1 }]);
    expect(() =>
      eventTable([
        { ...row, start_sec: '0', end_sec: '1' },
        { ...row, wav_path: 'b.wav' },
      ]),
    ).toThrow("row 3: found another wav_path or duration of the recording 'a'");
    expect(() => eventTable([])).toThrow('found no events');
  });
});

test('every frame that an event touches has its label', () => {
  const base = { recording: 'a', path: 'a.wav', durationSeconds: 1, where: '' };
  const events = [
    // S3PRL: round(start * rate) // shift to round(end * rate) // shift, the last one included
    { recording: 'a', label: 'dog', startSeconds: 0.015, endSeconds: 0.03, where: '' },
    { recording: 'a', label: 'cat', startSeconds: 0.031, endSeconds: 0.032, where: '' },
  ];
  const rate = { samplesPerFrame: 160, sampleRate: 16_000 };
  const [recording] = labelledRecordings([{ ...base, events }], ['cat', 'dog'], rate);
  const { values } = frameActivity(recording!, { ...rate, startFrame: 0, frames: 5, speakers: 2 });
  expect([...values]).toEqual([0, 0, 0, 1, 0, 1, 1, 1, 0, 0]);
});
