import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '@s3/trainer';
import { type CommandLineOptions, commandLine, type RunRecipe } from '@s3/trainer/command-line';
import { beforeEach, describe, expect, test } from 'vitest';
import { recipes } from '../recipes.ts';
import { addSuperbCommand } from './superb-command.ts';

let folder: string;
/** what carries a task out */
let running: RunRecipe;
let started: { readonly recipe: string; readonly config: { readonly [section: string]: unknown } }[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 's3-superb-'));
  started = [];
  running = run;
});

/** Leaves what a finished run leaves, without the work: accuracy 0.5, and 0.1 more for each fold; speaker verification breaks down. */
const run: RunRecipe = async (recipe, config) => {
  started.push({ recipe: recipe.name, config });
  if (recipe.name === 'superb-asv') throw new Error('out of memory\nat the worst moment');
  const targetDir = String(config['targetDir']);
  const fold = (config['corpus'] as { readonly testFold?: number }).testFold ?? 0;
  const tests = { test: { accuracy: 0.5 + 0.1 * fold, per: 0.25, wer: 0.125, siSdrImprovement: 4.25 }, other: { accuracy: 1 } };
  mkdirSync(join(targetDir, 'configs'), { recursive: true });
  writeFileSync(join(targetDir, 'configs', '2026.yaml'), JSON.stringify(config));
  writeFileSync(join(targetDir, 'metrics.json'), JSON.stringify({ tests }));
  return { tests };
};

async function superb(
  corpora: string,
  ...words: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  writeFileSync(join(folder, 'corpora.yaml'), corpora);
  const program: CommandLineOptions = {
    argv: ['superb', '--corpora', join(folder, 'corpora.yaml'), '--targetDir', join(folder, 'exp'), '--upstream.name', 'fbank', ...words],
    recipes,
    run: running,
    selectEngine: async () => ({ name: 'cpu', library: 'none', reason: 'a test' }),
    stdout: into('stdout'),
    stderr: into('stderr'),
    addCommands: (command) => addSuperbCommand(command, program),
  };
  return { code: await commandLine(program), ...written };
}

const corpora = `
LibriSpeech: LibriSpeech
VoxCeleb1: /data/VoxCeleb1
IEMOCAP: iemocap
Libri2Mix: Libri2Mix
superb-ks: { corpus: { train: a.csv, tests: "b.csv,c.csv" }, training: { totalSteps: 7 } }
`;

test('runs what there is, tells what failed, and makes one table', async () => {
  const { code, stdout, stderr } = await superb(corpora);
  expect(code).toBe(1);
  expect(stderr).toContain('superb-asv failed');
  expect(started.map(({ recipe }) => recipe)).toEqual([
    'superb-asr',
    'superb-ks',
    'superb-sid',
    'superb-asv',
    ...Array(5).fill('superb-er'),
    'superb-ss',
  ]);
  expect(started[0]!.config['corpus']).toMatchObject({ root: join(folder, 'LibriSpeech') });
  expect(started[1]!.config).toMatchObject({
    corpus: { train: join(folder, 'a.csv'), tests: [join(folder, 'b.csv'), join(folder, 'c.csv')] },
    training: { totalSteps: 7 },
    upstream: { name: 'fbank' },
    targetDir: join(folder, 'exp', 'superb-ks'),
  });
  expect(started.slice(4, 9).map(({ config }) => (config['corpus'] as { testFold: number }).testFold)).toEqual([0, 1, 2, 3, 4]);

  const markdown = readFileSync(join(folder, 'exp', 'superb.md'), 'utf8');
  expect(markdown).toContain('| upstream | PR PER ↓ | ASR WER ↓ | KS accuracy ↑ |');
  expect(markdown).toContain('Percentages, SS in dB; ↓ less is better');
  // 12.5 % words wrong, accuracy 50 %, 70 % as the mean of the folds, and 4.25 dB
  expect(markdown).toMatch(/\| fbank \| {2}\| 12\.50 \| 50\.00 \| {2}\| 50\.00 \| failed \|.* {2}\| 70\.00 \| {2}\| 4\.25 \| here \|/);
  expect(markdown).toMatch(
    /\| HuBERT Base \| 5\.41 \| 6\.42 \| 96\.30 \| 7\.36 \| 81\.42 \| 5\.11 \|.* 98\.34 \|.* 64\.92 \| {2}\| {2}\| Yang et al\., SUPERB, 2021 \|/,
  );
  for (const note of [
    'PR: not run, no lexicons of LibriSpeech',
    'IC: not run, no FluentSpeechCommands',
    'ASV: failed, out of memory',
    'ER: superb-er, mean of 5 runs',
  ]) {
    expect(markdown).toContain(`- ${note}`);
    expect(stdout).toContain(note);
  }
  expect(readFileSync(join(folder, 'exp', 'superb.html'), 'utf8')).toContain('<td>fbank</td><td></td><td>12.50</td>');
});

test('does not run again what is finished, but what has other settings', async () => {
  await superb(corpora);
  started = [];
  const again = JSON.parse((await superb(corpora, '--json', '--workers', '0')).stdout);
  expect(started.map(({ recipe }) => recipe)).toEqual(['superb-asv']);
  expect(again.tasks.ER).toEqual({ accuracy: 0.7, testSet: 'test', runs: 5, finishedBefore: true });
  expect(again.tasks.ASV).toEqual({ failed: 'out of memory' });
  started = [];
  await superb(corpora, '--tasks', 'ks,sid', '--optimizer.learningRate', '0.5');
  expect(started.map(({ recipe }) => recipe)).toEqual(['superb-ks', 'superb-sid']);
  expect(started[0]!.config['optimizer']).toMatchObject({ learningRate: 0.5 });
});

test('says what is wrong before anything runs', async () => {
  expect((await superb('VoxCeleb: /x')).stderr).toContain("found 'VoxCeleb'; expected names among LibriSpeech");
  expect((await superb('[')).stderr).toContain('no YAML');
  expect((await superb('')).stderr).toContain('corpora.yaml: found nothing');
  expect((await superb('LibriMix: /x', '--tasks', 'ks')).stderr).toContain('nothing that KS could be run on');
  expect((await superb(corpora, '--tasks', 'xy')).stderr).toContain("--tasks: found 'XY'");
  expect((await superb(corpora, '--corpus.testFold', '1')).stderr).toContain('Say it in the corpora file');
  expect((await superb('superb-ks: /x')).stderr).toContain('superb-ks: found "/x"');
  expect(started).toEqual([]);
  const wrong = await superb('SpeechCommands: /x', '--training.steps', '3');
  expect(wrong.stdout).toContain('superb-ks failed');
  expect(wrong.stdout).toContain('training.steps');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('stops at %s after saving, and ends with the code of the signal', async (name, expected) => {
  const listeners = process.listenerCount(name);
  running = async (_recipe, _config, { signal }) => {
    process.emit(name);
    expect(signal?.aborted).toBe(true);
    throw new InterruptedError('training at step 3 of 7', '/exp/train/step_3');
  };
  const { code, stderr } = await superb('superb-ks: { corpus: { train: a.csv, tests: b.csv } }');
  expect(code).toBe(expected);
  expect(stderr).toContain('/exp/train/step_3');
  expect(process.listenerCount(name)).toBe(listeners);
});

describe('--dry-run', () => {
  const filesOf = () => readdirSync(folder, { recursive: true }).map(String).sort();
  const some = () => `
VoxCeleb1: ${folder}
IEMOCAP: /nowhere/iemocap
superb-ks: { corpus: { train: a.csv, tests: a.csv }, training: { totalSteps: 7 } }
`;

  test('says what would be run, what is there, where and how, and touches nothing', async () => {
    writeFileSync(join(folder, 'a.csv'), '');
    await superb(some(), '--tasks', 'KS');
    mkdirSync(join(folder, 'exp', 'superb-sid', 'train', 'step_500'), { recursive: true });
    started = [];
    const before = filesOf();
    const { code, stdout } = await superb(
      some(),
      '--dry-run',
      '--tasks',
      'ks,sid,ic',
      '--optimizer.learningRate',
      '0.001',
      '--engine',
      'wasm',
    );
    expect(code).toBe(0);
    expect(started).toEqual([]);
    expect(filesOf()).toEqual(before);
    expect(stdout).toMatch(/superb-ks +\S+exp\/superb-ks +to be run\n/);
    expect(stdout).toMatch(/superb-sid +\S+exp\/superb-sid +begun, at step 500\n/);
    expect(stdout).toContain('IC: not run, no FluentSpeechCommands\n');
    expect(stdout).toContain(
      `  s3 run superb-sid --corpus.root ${folder} --upstream.name fbank --optimizer.learningRate 0.001 --engine wasm --targetDir ${folder}/exp/superb-sid\n`,
    );
    const { runs, missing } = JSON.parse((await superb(some(), '--dry-run', '--tasks', 'KS,PR', '--json')).stdout);
    expect(runs).toEqual([
      { task: 'superb-ks', run: '', targetDir: join(folder, 'exp/superb-ks'), state: 'finished before', command: expect.any(String) },
    ]);
    expect(missing).toEqual({ PR: 'no LibriSpeech' });
  });

  test('ends with 1 where a run would be refused', async () => {
    const { code, stdout, stderr } = await superb(some(), '--dry-run', '--tasks', 'ER,SID', '--training.steps', '3');
    expect(code).toBe(1);
    expect(stdout).toMatch(/superb-er fold4 .*refused: training\.steps/);
    expect(stderr).toContain('superb-sid, superb-er fold0,');
    const absent = await superb(some(), '--dry-run', '--tasks', 'ER');
    expect(absent.code).toBe(1);
    expect(absent.stdout).toContain('refused: no /nowhere/iemocap');
  });
});
