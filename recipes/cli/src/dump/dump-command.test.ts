import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArrayFormat, readArrays, writeTable } from '@s3/dataio';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, expect, test } from 'vitest';
import { runCommand } from '../run-command.fixture.ts';
import { addDumpCommand } from './dump-command.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-dump-command-'));
const csv = join(folder, 'utterances.csv');
const rows = someRecordings(2, 3).map(({ spk, ...row }) => ({ ...row, label: spk, start_sec: '', end_sec: '0.5' }));
beforeAll(() => writeTable(csv, rows));

const s3 = (...argv: string[]) => runCommand(argv, addDumpCommand);
const dump = (...words: string[]) => s3('dump', '--engine', 'cpu', '--workers', '0', ...words);
const arraysOf = (out: string, format: ArrayFormat = 'npz', id = rows[0]!.id) => {
  const file = join(out, `${id}.${format}`);
  return readArrays(readFileSync(file), format, file);
};

test('dumps the hidden states of a csv file in two shares, and goes on where it was', async () => {
  const out = join(folder, 'hidden');
  const words = ['--upstream.name', 'fbank_no_cmvn', '--out', out, csv];
  const first = await dump(...words, '--shard', '1/2');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toContain('wrote 3 files; other shares are still to be made');
  expect(JSON.parse((await dump(...words, '--json')).stdout)).toMatchObject({ written: 3, found: 3, complete: true });
  expect(arraysOf(out)['hidden_states']!.shape).toEqual([1, 50, 240]);
  const manifest = readFileSync(join(out, 'manifest.csv'), 'utf8').trim().split('\n');
  expect(manifest.slice(1).map((line) => line.split(',')[0])).toEqual(rows.map(({ id }) => id));
});

test('dumps audio files by their names, as means', async () => {
  const out = join(folder, 'means');
  const files = rows.slice(0, 2).map(({ wav_path }) => wav_path);
  expect((await dump('--upstream.name', 'fbank', '--content', 'means', '--format', 'npy', '--out', out, ...files)).code).toBe(0);
  expect(arraysOf(out, 'npy', rows[1]!.id)['array']!.shape).toEqual([1, 240]);
});

test("dumps the featurized sequence of a checkpoint: fbank's one layer as it is", async () => {
  const target = join(folder, 'exp');
  const corpus = ['--corpus.train', csv, '--corpus.tests', csv, '--training.evalStep', 'null'];
  const settings = ['--upstream.name', 'fbank', '--training.totalSteps', '1', '--workers', '0', '--engine', 'cpu'];
  const run = await s3('run', 'superb-ks', '--targetDir', target, ...settings, ...corpus);
  expect(run.code, run.stderr).toBe(0);
  const checkpoint = ['--checkpoint', join(target, 'train', 'step_1')];
  const [features, hidden] = [join(folder, 'features'), join(folder, 'hidden-of-checkpoint')];
  const done = await dump(...checkpoint, '--content', 'featurized', '--format', 'safetensors', '--out', features, csv);
  expect(done.code, done.stderr).toBe(0);
  expect((await dump(...checkpoint, '--out', hidden, csv)).code).toBe(0);
  const sequence = arraysOf(features, 'safetensors')['features']!;
  expect(sequence.shape).toEqual([50, 240]);
  expect(sequence.values).toEqual(arraysOf(hidden)['hidden_states']!.values);
});

test('says what is missing or too much', async () => {
  const out = join(folder, 'nothing');
  expect((await dump('--out', out, csv)).stderr).toContain('found no upstream');
  expect((await dump('--out', out, '--upstream.name', 'fbankk', csv)).stderr).toMatch(/Did you mean 'fbank'\?\s+→ at upstream\.name/);
  expect((await dump('--out', out, '--upstream.name', 'fbank', '--content', 'featurized', csv)).stderr).toContain('without --checkpoint');
  expect((await dump('--out', out, '--upstream.name', 'fbank', csv, 'x.wav')).stderr).toContain('audio files, or one csv file');
  expect((await dump('--out', out, '--upstream.name', 'fbank', '--layers', '3', csv)).stderr).toContain('has the layers 0 to 0');
  expect((await dump('--out', out, '--upstream.name', 'fbank', '--shard', '3/2', csv)).stderr).toContain('such as 2/8');
  expect((await dump('--out', out, '--checkpoint', folder, csv)).stderr).toContain('no state.json');
});
