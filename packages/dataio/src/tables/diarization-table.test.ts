import { describe, expect, test } from 'vitest';
import { diarizationTable, refuseSurplusSpeakers, segmentTable } from './diarization-table.ts';

const row = (speaker: string, start: number | string, end: number | string, more: { readonly [column: string]: string } = {}) => ({
  record_id: 'one',
  wav_path: '/one.wav',
  utt_id: `${speaker}-${start}`,
  speaker,
  start_sec: String(start),
  end_sec: String(end),
  duration: '10',
  ...more,
});

const silent = { record_id: 'two', wav_path: '/two.wav', utt_id: '', speaker: '', start_sec: '', end_sec: '', duration: '3' };

test('gathers recordings, their speakers and segments in the order of time', () => {
  const [one, two] = diarizationTable([row('bob', 3, 5), row('ann', 1, 4), row('ann', 5, 6.5), silent]);
  expect(one).toMatchObject({ recording: 'one', durationSeconds: 10, speakers: ['ann', 'bob'], regions: undefined });
  expect(one!.segments.map(({ speaker, startSeconds, endSeconds }) => [speaker, startSeconds, endSeconds])).toEqual([
    ['ann', 1, 4],
    ['bob', 3, 5],
    ['ann', 5, 6.5],
  ]);
  expect(two).toMatchObject({ recording: 'two', segments: [], speakers: [] });
});

test('is written as it was read', () => {
  const scored = { scored_regions: '0 4.5; 6 10' };
  const recordings = diarizationTable([row('ann', 0.1, 1 / 3, scored), row('bob', 0.2, 3, scored), silent]);
  expect(recordings[0]!.regions).toEqual([
    { recording: 'one', startSeconds: 0, endSeconds: 4.5 },
    { recording: 'one', startSeconds: 6, endSeconds: 10 },
  ]);
  expect(diarizationTable(segmentTable(recordings), undefined)).toEqual(recordings);
});

test('what two decimals may be off is put right', () => {
  const [one] = diarizationTable([row('ann', 0, 1.01), row('ann', 1, 2), row('bob', 8, 10.01)]);
  expect(one!.segments.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
    [0, 2],
    [8, 10],
  ]);
});

test('merges and cuts where the policy says so', () => {
  const rows = [row('ann', 0, 2), row('ann', 1, 3), row('ann', 1.5, 2.5), row('bob', 9, 12)];
  const [one] = diarizationTable(rows, 'x.csv', { sameSpeakerOverlap: 'merge', beyondEnd: 'cut' });
  expect(one!.segments.map(({ utterance, startSeconds, endSeconds }) => [utterance, startSeconds, endSeconds])).toEqual([
    ['ann-0', 0, 3],
    ['bob-9', 9, 10],
  ]);
});

describe('refuses', () => {
  test.each([
    [
      'overlapping segments of one speaker',
      [row('ann', 0, 2), row('bob', 0, 2), row('ann', 1.5, 3)],
      "x.csv, row 4: found a segment of 'ann' from 1.5 s to 3 s",
    ],
    ['a segment of no length', [row('ann', 2, 2)], 'x.csv, row 2: found a segment from 2 s to 2 s'],
    ['a segment that ends before it starts', [row('ann', 2, 1)], 'x.csv, row 2: found a segment from 2 s to 1 s'],
    ['a negative start', [row('ann', -1, 1)], 'x.csv, row 2: found a start_sec of -1 s'],
    ['times that are none', [row('ann', '1:20', 90)], "x.csv, row 2: found the start_sec '1:20'"],
    ['NaN', [row('ann', 'nan', 90)], "x.csv, row 2: found the start_sec 'nan'"],
    [
      'a segment beyond the end',
      [row('ann', 0, 1), row('bob', 9, 10.5)],
      'x.csv, row 3: found a segment from 9 s to 10.5 s; expected one inside its recording of 10 s',
    ],
    ['an empty speaker', [row('', 0, 1)], 'x.csv, row 2: found an empty speaker'],
    [
      'an id twice',
      [row('ann', 0, 1), row('bob', 0, 1, { utt_id: 'ann-0' })],
      "x.csv, row 3: found the utt_id 'ann-0', which row 2 has too",
    ],
    ['a recording of two paths', [row('ann', 0, 1), row('bob', 0, 1, { wav_path: '/1.wav' })], "x.csv, row 3: found the wav_path '/1.wav'"],
    ['a recording of two durations', [row('ann', 0, 1), row('bob', 0, 1, { duration: '11' })], "x.csv, row 3: found the duration '11'"],
    ['regions that are none', [row('ann', 0, 1, { scored_regions: '5 4' })], "x.csv, row 2: found the scored_regions '5 4'"],
    ['nothing', [], 'x.csv: found no segments'],
  ])('%s', (_, rows, message) => {
    expect(() => diarizationTable(rows, 'x.csv')).toThrow(message);
  });

  test('a segment that begins behind the end, whatever the policy', () => {
    expect(() => diarizationTable([row('ann', 11, 12)], 'x.csv', { sameSpeakerOverlap: 'merge', beyondEnd: 'cut' })).toThrow(
      'begins behind the end',
    );
  });

  test('a third speaker where there may be two', () => {
    const [one] = diarizationTable([row('ann', 0, 1), row('cy', 2, 3), row('bob', 1, 2)], 'x.csv');
    expect(() => refuseSurplusSpeakers(one!, 2)).toThrow(
      "x.csv, row 3: found the speaker 'cy' in 'one', which has 3: ann, bob, cy; expected at most 2",
    );
    expect(() => refuseSurplusSpeakers(one!, 3)).not.toThrow();
  });
});
