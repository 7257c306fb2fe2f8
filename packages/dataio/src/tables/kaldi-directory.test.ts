import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diarizationTable } from './diarization-table.ts';
import { readKaldiDirectory, writeKaldiDirectory } from './kaldi-directory.ts';

const files = {
  'wav.scp': 'one /audio/with a space/one.wav\ntwo two.wav\n',
  segments: 'u1 one 0.5 2\nu2   one\t1.5   3.25\r\n\nu3 two 0 1\n',
  utt2spk: 'u1 ann\nu2 bob\nu3 ann\n',
  spk2utt: 'ann u1 u3\nbob u2\n',
  reco2dur: 'one 4\ntwo 1.5\n',
};

function directory(changes: { readonly [name: string]: string | undefined } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 's3-kaldi-'));
  for (const [name, text] of Object.entries({ ...files, ...changes })) if (text !== undefined) writeFileSync(join(folder, name), text);
  return folder;
}

test('reads several spaces, tabs, CRLF and paths with spaces', async () => {
  const folder = directory();
  const [one, two] = diarizationTable(await readKaldiDirectory(folder));
  expect(one).toMatchObject({ recording: 'one', path: '/audio/with a space/one.wav', durationSeconds: 4, speakers: ['ann', 'bob'] });
  expect(one!.segments[1]).toMatchObject({
    utterance: 'u2',
    speaker: 'bob',
    startSeconds: 1.5,
    endSeconds: 3.25,
    where: `${join(folder, 'segments')}, row 2`,
  });
  expect(two).toMatchObject({ path: join(folder, 'two.wav'), durationSeconds: 1.5 });
});

test('does without reco2dur and spk2utt, and keeps recordings in which nobody speaks', async () => {
  const folder = directory({ reco2dur: undefined, spk2utt: undefined, 'wav.scp': `${files['wav.scp']}three three.flac\n` });
  const recordings = diarizationTable(await readKaldiDirectory(folder));
  expect(recordings.map(({ durationSeconds }) => durationSeconds)).toEqual([undefined, undefined, undefined]);
  expect(recordings[2]).toMatchObject({ recording: 'three', segments: [], speakers: [], where: `${join(folder, 'wav.scp')}, row 3` });
});

test('writes what it reads', async () => {
  const recordings = diarizationTable(await readKaldiDirectory(directory()));
  const folder = join(mkdtempSync(join(tmpdir(), 's3-kaldi-')), 'new');
  mkdirSync(folder);
  await writeKaldiDirectory(folder, recordings);
  expect(readFileSync(join(folder, 'spk2utt'), 'utf8')).toBe(files.spk2utt);
  const plain = (recording: (typeof recordings)[number]) => ({
    ...recording,
    where: '',
    segments: recording.segments.map((segment) => ({ ...segment, where: '' })),
  });
  expect(diarizationTable(await readKaldiDirectory(folder)).map(plain)).toEqual(recordings.map(plain));
});

describe('refuses', () => {
  test.each([
    ['a piped command', { 'wav.scp': 'one sph2pipe -f wav one.sph |\ntwo two.wav\n' }, 'wav.scp, row 1: found the command'],
    ['standard input', { 'wav.scp': 'one -\ntwo two.wav\n' }, "wav.scp, row 1: found the command '-'"],
    ['a recording without a path', { 'wav.scp': 'one\ntwo two.wav\n' }, 'wav.scp, row 1: found a recording without a path'],
    ['a recording twice', { 'wav.scp': 'one a.wav\none b.wav\n' }, "wav.scp, row 2: found 'one' again, which row 1 has too"],
    [
      'a segment without a speaker',
      { utt2spk: 'u1 ann\nu3 ann\n', spk2utt: undefined },
      "segments, row 2: found the utterance 'u2', which utt2spk",
    ],
    ['a segment of an unknown recording', { 'wav.scp': 'one one.wav\n' }, "segments, row 4: found the recording 'two', which wav.scp"],
    ['an utterance of two speakers', { utt2spk: 'u1 ann bob\n' }, "utt2spk, row 1: found 'ann bob' behind the name"],
    ['a segment with a field missing', { segments: 'u1 one 0.5\n' }, "segments, row 1: found 'u1 one 0.5'"],
    ['spk2utt that contradicts utt2spk', { spk2utt: 'ann u1 u2\n' }, "spk2utt, row 1: found the utterance 'u2' of the speaker 'ann'"],
    ['a file that is missing', { segments: undefined }, 'segments: found no such file'],
  ])('%s', async (_, changes, message) => {
    await expect(readKaldiDirectory(directory(changes))).rejects.toThrow(message);
  });
});
