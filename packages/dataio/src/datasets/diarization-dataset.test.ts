import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sequence, Table } from '@s3/interface';
import { beforeAll, describe, expect, test } from 'vitest';
import { wavBytes } from '../audio/wav-bytes.ts';
import recorded from '../fixtures/diarization-chunks.json' with { type: 'json' };
import { type DiarizationRecording, diarizationTable } from '../tables/diarization-table.ts';
import { diarizationBatch, diarizationDataset } from './diarization-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-chunks-'));
const durations: { readonly [recording: string]: number } = recorded.durations;
const rows: Table = (recorded.segments as [string, string, number, number][]).map(([recording, speaker, start, end], index) => ({
  record_id: recording,
  wav_path: join(folder, `${recording}.wav`),
  utt_id: `u${index}`,
  speaker,
  start_sec: String(start),
  end_sec: String(end),
  duration: String(durations[recording]),
}));
let recordings: readonly DiarizationRecording[];

beforeAll(() => {
  for (const [recording, seconds] of Object.entries(durations)) {
    // each sample tells its place
    const ramp = Float32Array.from({ length: Math.round(seconds * 16_000) }, (_, index) => (index % 30_000) / 32_768);
    writeFileSync(join(folder, `${recording}.wav`), wavBytes(ramp, 16_000));
  }
  recordings = diarizationTable(rows);
});

/** Of each speaker, where they speak: [first, end) of frames. */
function runsOf({ values, frames, features }: Sequence): number[][][] {
  return Array.from({ length: features }, (_, speaker) => {
    const runs: number[][] = [];
    for (let frame = 0; frame <= frames; frame++) {
      const [now, before] = [frame, frame - 1].map((at) => (at >= 0 && at < frames ? values[at * features + speaker] : 0));
      if (now === 1 && before === 0) runs.push([frame]);
      if (now === 0 && before === 1) runs.at(-1)!.push(frame);
    }
    return runs;
  });
}

const all = (length: number) => Array.from({ length }, (_, index) => index);

test("has the chunks and labels of S3PRL's, and labels those that one segment covers", async () => {
  const dataset = await diarizationDataset({ recordings, speakers: 2, samplesPerFrame: 160 }, { chunkFrames: 100 });
  const chunks = (await dataset.load(all(dataset.length), 0)).map(({ recording, startFrame, waveform, activity }) => {
    return [recording, startFrame, waveform.length, activity.frames, runsOf(activity)];
  });
  // the original leaves these silent: ann speaks from frame 130 to 446
  const covered = [2, 3];
  const expected = recorded.chunks.map((chunk, index) => (covered.includes(index) ? [...chunk.slice(0, 4), [[[0, 100]], []]] : chunk));
  expect(chunks).toEqual(expected);
  for (const index of covered) expect(recorded.chunks[index]![4]).toEqual([[], []]);
  expect(dataset.recordings).toEqual(expected.map(([recording]) => recording));
});

test('reads each chunk from its own place', async () => {
  const dataset = await diarizationDataset({ recordings, speakers: 2, samplesPerFrame: 160 }, { chunkFrames: 100 });
  const [chunk] = await dataset.load([7], 0);
  expect(Math.round(chunk!.waveform[5]! * 32_768)).toBe((700 * 160 + 5) % 30_000);
});

test('overlapping chunks agree where they overlap, and reach the end', async () => {
  const wiring = { recordings: recordings.slice(0, 1), speakers: 3, samplesPerFrame: 160 };
  const dataset = await diarizationDataset(wiring, { chunkFrames: 300, hopFrames: 120 });
  const chunks = await dataset.load(all(dataset.length), 0);
  const whole = await (await diarizationDataset(wiring, { chunkFrames: 2000 })).load([0], 0);
  expect(whole[0]!.activity.frames).toBe(803);
  for (const { startFrame, activity, waveform } of chunks) {
    expect(waveform).toEqual(whole[0]!.waveform.slice(startFrame * 160, (startFrame + activity.frames) * 160));
    expect(activity.values).toEqual(whole[0]!.activity.values.slice(startFrame * 3, (startFrame + activity.frames) * 3));
  }
  expect(chunks.map(({ startFrame }) => startFrame)).toEqual([0, 120, 240, 360, 480, 600]);
  expect(chunks.at(-1)!.startFrame + chunks.at(-1)!.activity.frames).toBe(803);
});

test('leaves short last chunks out where that is asked for, or the model needs more', async () => {
  const wiring = { recordings: recordings.slice(0, 2), speakers: 2, samplesPerFrame: 160 };
  const framesOf = async (dataset: Awaited<ReturnType<typeof diarizationDataset>>) =>
    (await dataset.load(all(dataset.length), 0)).map(({ activity }) => activity.frames);
  // the only chunk of a recording stays
  expect((await framesOf(await diarizationDataset(wiring, { chunkFrames: 400, keepShortChunk: false }))).join()).toBe('400,400,70');
  expect((await framesOf(await diarizationDataset({ ...wiring, minSamples: 500 }, { chunkFrames: 400 }))).join()).toBe('400,400,70');
  expect((await framesOf(await diarizationDataset(wiring, { chunkFrames: 400 }))).join()).toBe('400,400,3,70');
});

test('joins chunks to a batch', async () => {
  const dataset = await diarizationDataset({ recordings, speakers: 2, samplesPerFrame: 160 }, { chunkFrames: 100 });
  const batch = diarizationBatch(await dataset.load([7, 8], 0));
  expect(batch).toMatchObject({ recordings: ['one', 'one'], startFrames: [700, 800] });
  expect(batch.waveforms).toMatchObject({ lengths: [16_000, 480] });
  expect(batch.waveforms.values.shape).toEqual([2, 16_000]);
  batch.waveforms.values.dispose();
});

describe('refuses', () => {
  const wiring = { speakers: 2, samplesPerFrame: 160 };
  test('more speakers than the model has, with the row of the first too many', async () => {
    await expect(diarizationDataset({ ...wiring, recordings, speakers: 1 })).rejects.toThrow(
      /row 3: found the speaker 'bob' in 'one', which has 2: ann, bob; expected at most 1/,
    );
  });
  test('a recording that is shorter than its table says', async () => {
    const lasting = (duration: string) =>
      diarizationTable(rows.map((row) => ({ ...row, duration: row['record_id'] === 'two' ? duration : row['duration']! })));
    await expect(diarizationDataset({ ...wiring, recordings: lasting('0.9') })).rejects.toThrow(
      /row 8: .*two.wav: found the part from 0 s to 0.9 s in a recording of 0.7 s/,
    );
    // where reading does not tell, but labels would be left over
    await expect(diarizationDataset({ ...wiring, recordings: lasting('0.73') })).rejects.toThrow(/a recording that ends before the 0.73 s/);
  });
  test('a recording without duration', async () => {
    const unknown = diarizationTable(rows.map((row) => ({ ...row, duration: '' })));
    await expect(diarizationDataset({ ...wiring, recordings: unknown })).rejects.toThrow("no duration of 'one'");
  });
  test('chunks with gaps between them', async () => {
    await expect(diarizationDataset({ ...wiring, recordings }, { chunkFrames: 10, hopFrames: 11 })).rejects.toThrow('hopFrames: found 11');
  });
});
