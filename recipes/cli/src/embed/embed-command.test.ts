import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArrays, writeTable } from '@s3/dataio';
import type { Communicator } from '@s3/interface';
import { someRecordings } from '@s3/quickstart-data';
import { beforeAll, expect, test } from 'vitest';
import { processes } from '../fixtures/processes.ts';
import { runCommand } from '../run-command.fixture.ts';
import { addScoreCommand } from '../score/score-command.ts';
import { addEmbedCommand } from './embed-command.ts';
import { readEmbeddings } from './read-embeddings.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-embed-command-'));
const rows = someRecordings(3, 3);
const [train, trials] = [join(folder, 'train.csv'), join(folder, 'trials.csv')];
const pairs = rows.flatMap((one, index) =>
  rows.slice(index + 1).map((other) => ({
    id1: one.id,
    id2: other.id,
    wav_path1: one.wav_path,
    wav_path2: other.wav_path,
    label: one.spk === other.spk ? '1' : '0',
  })),
);
const checkpoint = join(folder, 'exp', 'train', 'step_1');

const s3 = (...argv: string[]) => s3In(undefined, argv);

function s3In(communicator: Communicator | undefined, argv: readonly string[]) {
  const add: Parameters<typeof runCommand>[1] = (command, program) => {
    addEmbedCommand(command, program);
    addScoreCommand(command, program);
  };
  return runCommand(argv, add, { connectProcesses: async () => communicator });
}
const embedWords = ['embed', checkpoint, '--engine', 'cpu', '--workers', '0'];
const embed = (...words: string[]) => s3(...embedWords, ...words);
/** The same by so many processes together, each told what `wordsOf` says. */
const embedTogether = (size: number, wordsOf: (rank: number) => readonly string[]) =>
  Promise.all(processes(size).map((communicator, rank) => s3In(communicator, [...embedWords, ...wordsOf(rank)])));
const idsOf = (out: string) =>
  readdirSync(out)
    .filter((name) => name.endsWith('.npz'))
    .flatMap((name) => Object.keys(readArrays(readFileSync(join(out, name)), 'npz', name)));

beforeAll(async () => {
  await writeTable(train, rows);
  await writeTable(trials, pairs);
  const sizes = ['--downstream.channels', '8', '--downstream.aggregationSize', '8', '--downstream.embeddingSize', '6'];
  const short = ['--trainData.maxSeconds', '0.5', '--trainBatches.batchSize', '3', '--augmentation.speeds', '[]'];
  const corpus = ['--corpus.train', train, '--corpus.tests', trials, '--task.subCenters', '1', '--task.hardNegatives', '0'];
  const settings = ['--training.totalSteps', '1', '--stop', '2', '--workers', '0', '--engine', 'cpu', '--targetDir', join(folder, 'exp')];
  const run = await s3('run', 'espnet-spk', ...corpus, ...sizes, ...short, ...settings);
  expect(run.code, run.stderr).toBe(0);
}, 180_000);

test('embeds the utterances of trials once each, in shares, and goes on after a kill', { timeout: 180_000 }, async () => {
  const out = join(folder, 'embeddings');
  const words = ['--out', out, '--partSize', '2', trials];
  const first = await embed(...words, '--shard', '1/2');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toContain('embedded 5 utterances; other shares are still to be made');
  expect(JSON.parse((await embed(...words, '--shard', '2/2', '--json')).stdout)).toMatchObject({ written: 4, complete: true });
  expect(idsOf(out).sort()).toEqual(rows.map(({ id }) => id).sort());
  const manifest = readFileSync(join(out, 'manifest.csv'), 'utf8').trim().split('\n');
  expect(manifest.slice(1).map((line) => line.split(',')[0])).toEqual(rows.map(({ id }) => id));

  // one file lost, another torn
  rmSync(join(out, 'embeddings-1-of-2-part-00001.npz'));
  truncateSync(join(out, 'embeddings-2-of-2-part-00001.npz'), 40);
  expect(JSON.parse((await embed(...words, '--shard', '2/2', '--json')).stdout)).toMatchObject({ written: 2, complete: false });
  expect(JSON.parse((await embed(...words, '--json')).stdout)).toMatchObject({ written: 2, found: 7, complete: true });
  expect(idsOf(out).sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(JSON.parse((await embed(...words, '--json')).stdout)).toMatchObject({ written: 0, found: 9, complete: true });
  expect((await embed(...words, '--average', '--segments', '2')).stderr).toContain('embed.json');
});

test('embeds in several processes what one embeds, and goes on with another number of them', { timeout: 180_000 }, async () => {
  const [out, alone] = [join(folder, 'together'), join(folder, 'alone')];
  const words = ['--partSize', '2', '--json', trials];
  const [first, second] = await embedTogether(2, () => ['--out', out, ...words]);
  expect(first!.code, first!.stderr).toBe(0);
  expect(JSON.parse(first!.stdout)).toMatchObject({ written: 9, found: 0, complete: true });
  expect(second).toEqual({ code: 0, stdout: '', stderr: '' });
  await embed('--out', alone, trials);
  const [{ embeddings: shared }, { embeddings: own }] = await Promise.all([readEmbeddings([out]), readEmbeddings([alone])]);
  expect([...shared.keys()].sort()).toEqual([...own.keys()].sort());
  for (const [id, [embedding]] of own) {
    embedding!.forEach((value, feature) => void expect(shared.get(id)![0]![feature]).toBeCloseTo(value, 5));
  }

  rmSync(join(out, 'embeddings-2-of-2-part-00001.npz'));
  writeFileSync(join(out, 'embeddings-2-of-2-part-00009.npz'), 'torn');
  // fewer utterances than processes: some have no share
  const [again] = await embedTogether(4, () => ['--out', out, ...words]);
  expect(JSON.parse(again!.stdout)).toMatchObject({ written: 2, found: 7, complete: true });
  expect(idsOf(out).sort()).toEqual(rows.map(({ id }) => id).sort());
});

test('refuses processes that were told to do different things', { timeout: 180_000 }, async () => {
  const out = join(folder, 'different');
  const [root] = processes(2).map((communicator, rank) =>
    s3In(communicator, [...embedWords, '--out', out, ...(rank === 1 ? ['--normalize'] : []), trials]),
  );
  expect((await root!).stderr).toMatch(/process 0 of 2: process 1 on .*another command than process 0 on .*: normalize: false → true/);
});

test('scores trials of embeddings: raw, normalised and calibrated, and reads its own scores', { timeout: 180_000 }, async () => {
  const [out, cohort, scores] = [join(folder, 'test'), join(folder, 'cohort'), join(folder, 'scores')];
  const pieces = ['--segments', '2', '--segmentSeconds', '0.5'];
  expect((await embed('--out', out, ...pieces, trials)).code).toBe(0);
  expect((await embed('--out', cohort, ...pieces, '--average', train)).code).toBe(0);
  const common = ['score', 'asv', '--engine', 'cpu', '--trials', trials, '--embeddings', out];
  const chain = ['--asNorm', cohort, '--topK', '4', '--calibrate', trials, '--targetPrior', '0.05', '--out', scores, '--format', 'espnet'];
  const lost = await s3('score', 'asv', '--engine', 'cpu', '--trials', trials, '--embeddings', join(folder, 'nowhere'));
  expect(lost.stderr).toContain(`${join(folder, 'nowhere')}: found no such file; expected an npz file`);
  const scored = await s3(...common, '--scoring', 'euclidean', ...chain, '--json');
  expect(scored.code, scored.stderr).toBe(0);
  const { results } = JSON.parse(scored.stdout);
  expect(results.map(({ step }: { step: string }) => step)).toEqual(['raw', 'asNorm', 'calibrated']);
  expect(results[0]).toMatchObject({ trials: pairs.length, minDcfPrior: 0.05 });
  expect(readdirSync(scores).sort()).toEqual(['det.svg', 'scores-asNorm.txt', 'scores-calibrated.txt', 'scores-raw.txt']);
  const again = await s3('score', 'asv', '--scores', join(scores, 'scores-raw.txt'), '--targetPrior', '0.05', '--json');
  expect(JSON.parse(again.stdout).results[0].eer).toBeCloseTo(results[0].eer, 6);
  const averaged = await s3(...common, '--asNorm', cohort, '--topK', '3', '--cohortSpeakers', train);
  expect(averaged.stdout).toMatch(/AS-norm .*\n\n36 trials; EER interpolated; minDCF at a prior of 0\.01/);
});

test('says what is wrong', { timeout: 180_000 }, async () => {
  const out = join(folder, 'test-of-errors');
  expect((await embed('--out', out, train)).code).toBe(0);
  const list = join(folder, 'list');
  writeFileSync(list, `${rows[0]!.id}*x 1\ny*${rows[1]!.id} 0\n`);
  const common = ['score', 'asv', '--engine', 'cpu', '--embeddings', out, '--trials'];
  expect((await s3(...common, list)).stderr).toMatch(
    /2 utterances without an embedding: 'y', 'x'|2 utterances without an embedding: 'x', 'y'/,
  );
  expect((await s3(...common, trials, '--asNorm', out, '--topK', '400')).stderr).toContain('400, but a cohort of 9');
  expect((await s3(...common, trials, '--cohortSpeakers', train)).stderr).toContain('--cohortSpeakers without --asNorm');
  expect((await s3('score', 'asv')).stderr).toContain('neither --scores nor --trials with --embeddings');
  writeFileSync(list, 'a*b nan 1\na*c 0 0\n');
  expect((await s3('score', 'asv', '--scores', list)).stderr).toContain("line 1: found the score 'nan'");
  writeFileSync(list, 'a*b 1 1\na*c 0 1\n');
  expect((await s3('score', 'asv', '--scores', list)).stderr).toContain('all of one speaker');
  expect((await s3('embed', folder, '--out', out, train)).stderr).toContain('the folder of a checkpoint');
});

test('NumPy reads what is written', { timeout: 180_000 }, async (context) => {
  const out = join(folder, 'for-numpy');
  expect((await embed('--out', out, train)).code).toBe(0);
  const file = join(out, 'embeddings-1-of-1-part-00001.npz');
  const script = `import numpy, zipfile; a = numpy.load(r'${file}'); print(len(a.files), a[a.files[0]].shape, zipfile.ZipFile(r'${file}').infolist()[0].compress_type)`;
  let printed: string;
  try {
    printed = execFileSync(process.env['S3_PYTHON'] ?? 'python3', ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return context.skip('no Python with NumPy here');
  }
  // 8: deflated
  expect(printed.trim()).toBe('9 (1, 6) 8');
});
