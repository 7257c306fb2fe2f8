import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diarizationTable, mixtureSettings, readKaldiDirectory, readRttm, readTable, resolveWavPaths } from '@s3/dataio';
import { trainCsv } from '@s3/quickstart-data';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addDataCommand } from './data-command.ts';
import { runCommand } from './run-command.fixture.ts';

const s3 = (...argv: string[]) =>
  runCommand(argv, addDataCommand, { recipes: [], selectEngine: () => Promise.reject(new Error('no engine is needed')) });

test('has an option for every setting, with its default', () => {
  const command = new Command();
  const nothing = { write: () => undefined };
  addDataCommand(command, { stdout: nothing, stderr: nothing });
  const options = new Map(command.commands[0]!.commands[0]!.options.map((option) => [option.attributeName(), option]));
  for (const [name, value] of Object.entries(mixtureSettings.parse({}))) expect(options.get(name)?.defaultValue ?? null, name).toBe(value);
});

test('mixes recordings of one speaker, again to the same bytes, and goes on where it stopped', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-mix-'));
  const mix = (out: string, ...more: string[]) =>
    s3('data', 'mix', '--speech', trainCsv, '--out', join(folder, out), '--turnsPerSpeaker', '2', '--noise', dirname(trainCsv), ...more);
  const first = await mix('one', '--mixtures', '2', '--json');
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ mixtures: 2, kept: 0 });

  const csv = join(folder, 'one', 'mixtures.csv');
  const recordings = diarizationTable(resolveWavPaths(await readTable(csv), csv));
  expect(recordings.map(({ speakers }) => speakers.length)).toEqual([2, 2]);
  const segments = recordings.flatMap((recording) => recording.segments);
  const rttm = await readRttm(join(folder, 'one', 'mixtures.rttm'));
  expect(rttm).toHaveLength(segments.length);
  const kaldi = diarizationTable(await readKaldiDirectory(join(folder, 'one', 'kaldi')));
  expect(kaldi.map(({ segments }) => segments.map(({ startSeconds }) => startSeconds))).toEqual(
    recordings.map(({ segments }) => segments.map(({ startSeconds }) => startSeconds)),
  );

  await mix('other', '--mixtures', '3');
  const bytes = (out: string, index: number) => readFileSync(join(folder, out, 'wav', `mix_0000${index}.wav`));
  for (const index of [0, 1]) expect(bytes('other', index).equals(bytes('one', index))).toBe(true);

  const before = bytes('other', 2);
  rmSync(join(folder, 'other', 'wav', 'mix_00002.wav'));
  const resumed = await mix('other', '--mixtures', '3', '--json');
  expect(JSON.parse(resumed.stdout)).toMatchObject({ mixtures: 3, kept: 2 });
  expect(bytes('other', 2).equals(before)).toBe(true);

  const otherwise = await mix('one', '--mixtures', '2', '--seed', '1');
  expect(otherwise).toMatchObject({ code: 1 });
  expect(otherwise.stderr).toContain('mixtures made otherwise: seed 0');
});
