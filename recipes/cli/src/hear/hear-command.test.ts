import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { miniatureCorpus } from '@s3/quickstart-data/testing';
import { InterruptedError } from '@s3/trainer';
import type { RunRecipe } from '@s3/trainer/command-line';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addPredictCommand } from '../predict-command.ts';
import { runCommand } from '../run-command.fixture.ts';
import { addHearCommand } from './hear-command.ts';

type Settings = { readonly [section: string]: unknown };

let corpora: string;
let exp: string;
let started: { readonly recipe: string; readonly config: Settings }[];

/** Two tasks in HEAR's layout: sounds in three folds, notes in one split. */
beforeAll(async () => {
  const files: { [path: string]: number | string[] } = {
    'tasks/sounds-v1-full/task_metadata.json': [
      JSON.stringify({
        task_name: 'esc50',
        embedding_type: 'scene',
        prediction_type: 'multiclass',
        nfolds: 3,
        evaluation: ['top1_acc', 'mAP'],
      }),
    ],
    'tasks/sounds-v1-full/labelvocabulary.csv': ['idx,label', '0,bark', '1,horn'],
    'tasks/notes-v2-5h/task_metadata.json': [
      JSON.stringify({
        task_name: 'notes',
        embedding_type: 'event',
        prediction_type: 'multilabel',
        evaluation: ['segment_1s_er', 'event_onset_200ms_fms'],
        evaluation_params: { event_postprocessing_grid: { median_filter_ms: [40], min_duration: [20] } },
      }),
    ],
    'tasks/notes-v2-5h/labelvocabulary.csv': ['idx,label', '0,60', '1,61'],
  };
  for (const fold of [0, 1, 2]) {
    const folder = `tasks/sounds-v1-full`;
    files[`${folder}/fold0${fold}.json`] = [JSON.stringify({ 'a.wav': ['bark'], 'b.wav': ['horn'] })];
    files[`${folder}/16000/fold0${fold}/a.wav`] = fold;
    files[`${folder}/16000/fold0${fold}/b.wav`] = 40 + fold;
  }
  for (const [index, split] of ['train', 'valid', 'test'].entries()) {
    files[`tasks/notes-v2-5h/${split}.json`] = [JSON.stringify({ 'a.wav': [{ label: '60', start: 100, end: 500 }] })];
    files[`tasks/notes-v2-5h/16000/${split}/a.wav`] = 2 * index;
  }
  corpora = await miniatureCorpus(files);
});
beforeEach(() => {
  exp = mkdtempSync(join(tmpdir(), 's3-hear-'));
  started = [];
});

/** Leaves what a finished run leaves, without the work: in fold 0, 1, 2 an accuracy of 0.5, 0.6, 0.8. */
const quick: RunRecipe = async (recipe, config) => {
  started.push({ recipe: recipe.name, config });
  const { testFold } = config['corpus'] as { readonly testFold?: number };
  const tests =
    testFold === undefined
      ? { test: { segmentErrorRate: 0.75, f1Onset200ms: 0.25 } }
      : { [`fold0${testFold}`]: { accuracy: [0.5, 0.6, 0.8][testFold]!, meanAveragePrecision: 0.5 } };
  const targetDir = String(config['targetDir']);
  mkdirSync(join(targetDir, 'configs'), { recursive: true });
  writeFileSync(join(targetDir, 'configs', '2026.yaml'), JSON.stringify(config));
  writeFileSync(join(targetDir, 'metrics.json'), JSON.stringify({ tests }));
  return { tests };
};

const engine = { name: 'cpu', library: 'none', reason: 'a test' } as const;
const hear = (root: string, words: readonly string[] = [], run: RunRecipe = quick) =>
  runCommand(['hear', '--root', root, '--targetDir', exp, '--upstream.name', 'fbank', ...words], addHearCommand, {
    run,
    selectEngine: async () => engine,
  });
const read = (name: string) => readFileSync(join(exp, name), 'utf8');

test('runs every fold of every task, and tells each with the mean and the deviation', async () => {
  const { code, stdout } = await hear(join(corpora, 'tasks'));
  expect(code).toBe(0);
  expect(started.map(({ recipe }) => recipe)).toEqual(['hear-event', 'hear-scene', 'hear-scene', 'hear-scene']);
  expect(started[0]!.config).toMatchObject({
    targetDir: join(exp, 'notes-v2-5h'),
    corpus: { root: join(corpora, 'tasks/notes-v2-5h') },
    training: { totalSteps: 15_000 },
  });
  // the settings of HearESC50
  expect(started[3]!.config).toMatchObject({
    targetDir: join(exp, 'sounds-v1-full/fold02'),
    corpus: { root: join(corpora, 'tasks/sounds-v1-full'), testFold: 2 },
    training: { totalSteps: 4000, evalStep: 500, gradientAccumulate: 4 },
  });

  // 63.33 % is the mean of 50, 60 and 80; the sum of their squared distances is 466.67, half of it 15.28 squared
  const markdown = read('hear.md');
  for (const line of [
    '## sounds-v1-full',
    '| tested on | top1_acc ↑ | mAP ↑ |',
    '| fold01 | 60.00 % | 0.5000 |',
    '| mean | 63.33 % | 0.5000 |',
    '| deviation | 15.28 % | 0 |',
    '| test | 0.7500 | 0.2500 |',
    '| notes-v2-5h | 0.7500 |  | 1 | segment_1s_er ↓, segment error rate |',
    '| sounds-v1-full | 63.33 % | 15.28 % | 3 | top1_acc ↑, accuracy |',
    "- sounds-v1-full: hear-scene, 3 folds, with S3PRL's settings of HearESC50",
    '- notes-v2-5h: hear-event, one split',
  ]) {
    expect(markdown).toContain(`${line}\n`);
  }
  expect(stdout).toMatch(/fold02 +80\.00 % +0\.5000\nmean +63\.33 % +0\.5000\ndeviation +15\.28 % +0\n/);
  expect(read('hear.html')).toContain('<tr class="strong"><td>mean</td><td>63.33 %</td><td>0.5000</td></tr>');
});

test('does not run again what is finished', async () => {
  await hear(corpora);
  rmSync(join(exp, 'sounds-v1-full/fold01'), { recursive: true });
  started = [];
  const { stdout } = await hear(corpora, ['--json', '--workers', '0']);
  expect(started.map(({ config }) => config['targetDir'])).toEqual([join(exp, 'sounds-v1-full/fold01')]);
  const { upstream, tasks } = JSON.parse(stdout);
  expect(upstream).toBe('fbank');
  expect(tasks['notes-v2-5h']).toEqual({
    task: 'notes',
    recipe: 'hear-event',
    scores: { segment_1s_er: { metric: 'segmentErrorRate', mean: 0.75 }, event_onset_200ms_fms: { metric: 'f1Onset200ms', mean: 0.25 } },
    finishedBefore: true,
    folds: { test: { segment_1s_er: 0.75, event_onset_200ms_fms: 0.25 } },
  });
  const { scores, folds, finishedBefore } = tasks['sounds-v1-full'];
  expect(scores.top1_acc).toEqual({ metric: 'accuracy', mean: expect.closeTo(0.6333, 4), deviation: expect.closeTo(0.15275, 5) });
  expect(folds.fold02).toEqual({ top1_acc: 0.8, mAP: 0.5 });
  expect(finishedBefore).toBe(false);

  // a run of an earlier version, which did not have a setting yet
  const saved = join(exp, 'notes-v2-5h/configs/2026.yaml');
  const { featurizer, ...others } = JSON.parse(readFileSync(saved, 'utf8'));
  expect(featurizer.normalize).toBe(false);
  writeFileSync(saved, JSON.stringify({ ...others, featurizer: { ...featurizer, normalize: undefined } }));
  started = [];
  await hear(corpora, ['--tasks', 'notes']);
  expect(started).toEqual([]);
  await hear(corpora, ['--tasks', 'esc50', '--optimizer.learningRate', '0.5']);
  expect(started.map(({ config }) => config['optimizer'])).toEqual(Array(3).fill(expect.objectContaining({ learningRate: 0.5 })));
});

test('a fold that fails takes no other fold, and no other task, with it', async () => {
  const { code, stdout, stderr } = await hear(corpora, [], async (recipe, config, options) => {
    if (String(config['targetDir']).endsWith('fold01')) throw new Error('out of memory\nat the worst moment');
    if (recipe.name === 'hear-event') return {};
    return await quick(recipe, config, options);
  });
  expect(code).toBe(1);
  expect(stderr).toContain('notes-v2-5h, sounds-v1-full failed');
  expect(stdout).toContain('found a run that tested nothing; expected one that goes on to its tests. Leave --stop out.');
  const markdown = read('hear.md');
  expect(markdown).toContain('| fold00 | 50.00 % | 0.5000 |\n| fold02 | 80.00 % | 0.5000 |\n');
  expect(markdown).not.toContain('\n| mean |');
  expect(markdown).toContain('- sounds-v1-full: failed, 2 of 3 runs are there; fold01: out of memory\n');
  expect(stdout).toContain('sounds-v1-full, fold01 failed: out of memory');
  expect(markdown).toContain('| sounds-v1-full | failed |');
  const { tasks } = JSON.parse(
    (
      await hear(corpora, ['--json', '--tasks', 'sounds-v1-full'], async () => {
        throw new Error('out of memory');
      })
    ).stdout,
  );
  expect(tasks['sounds-v1-full']).toMatchObject({ failed: 'fold01: out of memory', folds: { fold00: { top1_acc: 0.5 } } });
  started = [];
  // and the mean is there once the fold is
  expect((await hear(corpora, ['--tasks', 'sounds-v1-full'])).code).toBe(0);
  expect(started).toHaveLength(1);
  expect(read('hear.md')).toContain('| mean | 63.33 % |');
  expect(tasks['sounds-v1-full'].scores).toBeUndefined();
});

test('--dry-run names every fold, and what is there of it', async () => {
  await hear(corpora, ['--tasks', 'esc50']);
  rmSync(join(exp, 'sounds-v1-full/fold01'), { recursive: true });
  started = [];
  const { code, stdout } = await hear(corpora, ['--dry-run']);
  expect(code).toBe(0);
  expect(started).toEqual([]);
  expect(stdout).toMatch(
    /notes-v2-5h +\S+ +to be run\nsounds-v1-full fold00 +\S+ +finished before\nsounds-v1-full fold01 +\S+ +to be run\n/,
  );
  expect(stdout).toContain('--corpus.testFold 1 --training.totalSteps 4000');
  expect(readdirSync(join(exp, 'sounds-v1-full'))).toEqual(['fold00', 'fold02']);
});

test('goes on where a signal stopped it', async () => {
  const stopped = await hear(corpora, ['--tasks', 'esc50'], async (recipe, config, options) => {
    if (!String(config['targetDir']).endsWith('fold01')) return await quick(recipe, config, options);
    process.emit('SIGINT');
    expect(options.signal?.aborted).toBe(true);
    throw new InterruptedError('training at step 3 of 7', '/exp/train/step_3');
  });
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain('/exp/train/step_3');
  expect(read('hear.md')).toContain('- sounds-v1-full: hear-scene, 1 of 3 folds');
  started = [];
  expect((await hear(corpora, ['--tasks', 'esc50'])).code).toBe(0);
  expect(started).toHaveLength(2);
  expect(read('hear.md')).toContain('| mean | 63.33 % |');
});

describe('says what is wrong before anything runs:', () => {
  /** The tasks with something else in one place, in a folder of its own. */
  function changed(change: (tasks: string) => void): string {
    const copy = mkdtempSync(join(exp, 'changed-'));
    cpSync(join(corpora, 'tasks'), copy, { recursive: true });
    change(copy);
    return copy;
  }
  const refused = async (root: string, sentence: string, words: readonly string[] = []) => {
    const { code, stderr } = await hear(root, words);
    expect(stderr).toContain(sentence);
    expect(code).toBe(1);
    expect(started).toEqual([]);
  };

  test('a missing fold', async () => {
    const root = changed((tasks) => unlinkSync(join(tasks, 'sounds-v1-full/fold01.json')));
    await refused(root, 'sounds-v1-full: found no fold01.json; expected the 3 folds that task_metadata.json names');
    // which is no matter where the task is not asked for
    expect((await hear(root, ['--tasks', 'notes'])).code).toBe(0);
    started = [];
    await refused(root, 'found no fold01.json', ['--tasks', 'sounds-v1-full']);
  });

  test('a split or the audio that is not there, labels of the wrong form', async () => {
    await refused(
      changed((tasks) => unlinkSync(join(tasks, 'notes-v2-5h/valid.json'))),
      'notes-v2-5h/valid.json',
    );
    await refused(
      changed((tasks) => rmSync(join(tasks, 'notes-v2-5h/16000'), { recursive: true })),
      'notes-v2-5h: found no folder of audio',
    );
    await refused(
      changed((tasks) => writeFileSync(join(tasks, 'sounds-v1-full/fold02.json'), '[]')),
      'fold02.json: found no names of files with their labels',
    );
  });

  test('a corpus of another layout, and none', async () => {
    await refused(join(corpora, 'tasks/sounds-v1-full/16000'), 'found no task_metadata.json (there are fold00, fold01, fold02)');
    await refused(join(corpora, 'nowhere'), 'found no such folder');
  });

  test('metadata with an unknown score', async () => {
    const metadata = JSON.stringify({ task_name: 'notes', embedding_type: 'event', prediction_type: 'multilabel', evaluation: ['seld'] });
    await refused(
      changed((tasks) => writeFileSync(join(tasks, 'notes-v2-5h/task_metadata.json'), metadata)),
      "found the score 'seld'; expected scores of events",
    );
  });

  test('two folders of one name', async () => {
    const root = changed((tasks) => cpSync(join(tasks, 'notes-v2-5h'), join(tasks, 'again/notes-v2-5h'), { recursive: true }));
    await refused(root, 'expected folders of tasks with names of their own');
  });

  test('names, settings and an upstream', async () => {
    await refused(corpora, "--tasks: found 'esc5'; expected names among notes, notes-v2-5h, esc50, sounds-v1-full", ['--tasks', 'esc5']);
    await refused(corpora, 'found --corpus.testFold', ['--corpus.testFold', '1']);
    await refused(corpora, 'training.steps (command line): found an unknown setting', ['--training.steps', '3']);
    await refused(corpora, "found 'a' after", ['--training.totalSteps', '3', 'a']);
    const stray = await runCommand(['hear', 'esc50', '--root', corpora, '--targetDir', exp], addHearCommand, { run: quick });
    expect(stray.stderr).toContain("command line: found 'esc50'; expected settings");
    // a setting of events alone
    await refused(corpora, 'task.medianFilterMs', ['--task.medianFilterMs', '[0]']);
    const { stderr } = await runCommand(['hear', '--root', corpora, '--targetDir', exp], addHearCommand, { run: quick });
    expect(stderr).toContain('found no upstream');
  });
});

test('trains and tests every fold in earnest', { timeout: 120_000 }, async () => {
  const small = {
    '--training.totalSteps': 2,
    '--training.evalStep': 1,
    '--training.gradientAccumulate': 1,
    '--trainBatches.batchSize': 2,
    '--downstream.hiddenSize': 4,
    '--workers': 0,
  };
  const words = Object.entries(small).flatMap(([name, value]) => [name, String(value)]);
  const argv = ['hear', '--root', corpora, '--targetDir', exp, '--upstream.name', 'fbank_no_cmvn', '--engine', 'cpu', '--json', ...words];
  const { code, stdout, stderr } = await runCommand(argv, addHearCommand);
  expect(stderr).not.toContain('failed');
  expect(code).toBe(0);
  const { tasks } = JSON.parse(stdout);
  expect(Object.keys(tasks['notes-v2-5h'].folds)).toEqual(['test']);
  const folds = Object.values(tasks['sounds-v1-full'].folds) as { readonly top1_acc: number }[];
  expect(folds).toHaveLength(3);
  expect(tasks['sounds-v1-full'].scores.top1_acc.mean).toBeCloseTo(folds.reduce((sum, { top1_acc }) => sum + top1_acc, 0) / 3, 12);
  const again = await runCommand(argv, addHearCommand);
  expect(JSON.parse(again.stdout).tasks['sounds-v1-full']).toEqual({ ...tasks['sounds-v1-full'], finishedBefore: true });

  const wav = join(corpora, 'tasks/notes-v2-5h/16000/test/a.wav');
  const predict = (...more: readonly string[]) =>
    runCommand(
      ['predict', join(exp, 'notes-v2-5h/train/valid_best'), wav, '--engine', 'cpu', '--task.thresholds', '0.01', ...more],
      addPredictCommand,
    );
  const lines = (await predict()).stdout;
  expect(lines).toMatch(/^(a\t[\d.]+\t[\d.]+\t6[01]\n)+$/);
  const { path, prediction } = JSON.parse((await predict('--format', 'json')).stdout);
  expect(path).toBe(wav);
  const [recording, start, end, label] = lines.split('\n')[0]!.split('\t');
  expect(prediction[0]).toEqual({ recording, label, startSeconds: Number(start), endSeconds: expect.closeTo(Number(end), 6) });
  expect((await predict('--speakers', '2')).stderr).toContain(
    'found 2 speakers; expected a recording alone, since sounds have no speakers',
  );
});
