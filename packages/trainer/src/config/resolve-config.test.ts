// biome-ignore-all lint/suspicious/noTemplateCurlyInString: settings refer to each other in this form
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { beforeAll, describe, expect, test } from 'vitest';
import { settingsRecipe } from '../fixtures/settings-recipe.ts';
import { previewConfig, resolveConfig } from './resolve-config.ts';
import { SettingsError } from './settings-error.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-config-'));
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const mandatory = ['--targetDir', 'exp', '--upstream.name', 'fbank'];

async function resolve(words: readonly string[], ...files: string[]) {
  return (await resolveConfig(settingsRecipe, { files, words: [...mandatory, ...words] })).config as { readonly [section: string]: never };
}

describe('precedence', () => {
  test('defaults, then files in their order, then the command line', async () => {
    const first = await file('first.yaml', 'training:\n  totalSteps: 10\n  logStep: 10\n  saveStep: 10\n');
    const second = await file('second.yaml', 'training:\n  logStep: 20\n  saveStep: 20\n');
    const config = await resolve(['--training.saveStep', '30'], first, second);
    expect(config['training']).toMatchObject({ totalSteps: 10, logStep: 20, saveStep: 30, gradientClipping: 1 });
    expect(config['trainBatches']).toEqual({ batchSize: 1, shuffle: true });
  });

  test('mappings merge, lists replace', async () => {
    const yaml = await file('lists.yaml', 'featurizer:\n  layerSelections: [1, 2, 3]\n  normalize: true\n');
    const config = await resolve(['--featurizer', '{layerSelections: [0]}'], yaml);
    expect(config['featurizer']).toEqual({ layerSelections: [0], normalize: true });
  });

  test('an empty file and an empty section change nothing', async () => {
    const config = await resolve([], await file('empty.yaml', '# nothing\n'), await file('section.yaml', 'training: {}\ncorpus: # root\n'));
    expect(config['training']).toMatchObject({ totalSteps: 1000 });
  });

  test('anchors, aliases and merge keys of YAML', async () => {
    const yaml = await file('anchor.yaml', 'trainData: &data {minSeconds: 1}\ntask: {scale: 20, <<: {margin: 0.1}}\n');
    expect(await resolve([], yaml)).toMatchObject({ trainData: { minSeconds: 1 }, task: { scale: 20, margin: 0.1 } });
  });
});

describe('values on the command line', () => {
  test.each([
    [['--training.gradientClipping', '1e-4'], { training: { gradientClipping: 1e-4 } }],
    [['--training.gradientClipping', 'None'], { training: { gradientClipping: null } }],
    [['--training.gradientClipping=null'], { training: { gradientClipping: null } }],
    [['--training.totalSteps', '200_000'], { training: { totalSteps: 200_000 } }],
    [['--training.autoResume', 'False'], { training: { autoResume: false } }],
    [['--featurizer.normalize'], { featurizer: { normalize: true } }],
    [['--featurizer.normalize', '--evalBatches', '-1'], { featurizer: { normalize: true }, evalBatches: -1 }],
    [['--featurizer.layerSelections', '1,2'], { featurizer: { layerSelections: [1, 2] } }],
    [['--featurizer.layerSelections', '[1, 2]'], { featurizer: { layerSelections: [1, 2] } }],
    [['--featurizer.layerSelections', '3'], { featurizer: { layerSelections: [3] } }],
    [['--optimizer.betas', '0.8,0.9'], { optimizer: { betas: [0.8, 0.9] } }],
    [['--corpus.tests', 'a.csv,b.csv'], { corpus: { tests: ['a.csv', 'b.csv'] } }],
    [['--corpus.tests', '2024'], { corpus: { tests: ['2024'] } }],
    [['--corpus.root', '1e3'], { corpus: { root: '1e3' } }],
    [['--corpus.root', 'a: [b'], { corpus: { root: 'a: [b' } }],
    [['--corpus.root', '"quoted"'], { corpus: { root: 'quoted' } }],
    [['--corpus.root=a=b'], { corpus: { root: 'a=b' } }],
    [['--training.validMetric', '123'], { training: { validMetric: '123' } }],
    [['--training.validMetric', 'null'], { training: { validMetric: null } }],
    [['--cacheDir', 'None'], { cacheDir: null }],
    [['--cacheDir', 'true'], { cacheDir: 'true' }],
    [['--optimizer', '{name: Adam, learningRate: 1e-3}'], { optimizer: { name: 'Adam', learningRate: 1e-3 } }],
  ])('%j', async (words, expected) => {
    expect(await resolve(words)).toMatchObject(expected);
  });

  test('are never evaluated', async () => {
    const config = await resolve(['--corpus.root', '__import__("os").getcwd()']);
    expect(config['corpus']).toEqual({ root: '__import__("os").getcwd()' });
  });

  test('a word without its name is refused', async () => {
    await expect(resolve(['--corpus.root', 'a', 'b'])).rejects.toThrow(
      /command line: found 'b' after 'a'; expected settings as --section\.name VALUE/,
    );
  });
});

describe('references', () => {
  test('take over value and type, or stand in a text', async () => {
    const yaml = await file(
      'references.yaml',
      'training:\n  logStep: ${training.saveStep}\n  saveStep: ${trainBatches.batchSize}\ntrainBatches: {batchSize: 7}\ncacheDir: ${targetDir}/cache-${training.totalSteps}\n',
    );
    expect(await resolve(['--training.keepCheckpoints', '${training.logStep}'], yaml)).toMatchObject({
      training: { logStep: 7, saveStep: 7, keepCheckpoints: 7 },
      cacheDir: 'exp/cache-1000',
    });
  });

  test('of a whole section', async () => {
    expect(await resolve(['--trainData', '${trainData2}', '--corpus.root', '\\${x}']).catch((error: unknown) => String(error))).toContain(
      'trainData2',
    );
    expect(await resolve(['--corpus.root', '\\${x}'])).toMatchObject({ corpus: { root: '${x}' } });
  });

  test('in a circle are refused', async () => {
    await expect(resolve(['--training.logStep', '${training.saveStep}', '--training.saveStep', '${training.logStep}'])).rejects.toThrow(
      /training\.logStep \(command line\): found references in a circle: training\.logStep -> training\.saveStep -> training\.logStep/,
    );
    await expect(resolve(['--training.logStep', '${training}'])).rejects.toThrow(/in a circle/);
  });

  test('to nothing are refused with the nearest name', async () => {
    await expect(resolve(['--training.logStep', '${training.saveSteps}'])).rejects.toThrow(
      /training\.logStep \(command line\): found a reference to training\.saveSteps, which has no value; .* Did you mean \$\{training\.saveStep\}\?/,
    );
    await expect(resolve(['--corpus.root', '${oc.env:HOME}'])).rejects.toThrow(
      /found a reference that is not understood, '\$\{oc\.env:HOME\}'/,
    );
  });
});

describe('what is refused', () => {
  async function problems(words: readonly string[], ...files: string[]): Promise<readonly string[]> {
    const error: unknown = await resolve(words, ...files).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SettingsError);
    return (error as SettingsError).problems;
  }

  test('every missing value, in one message', async () => {
    const error: unknown = await resolveConfig(settingsRecipe, { words: ['--corpus.root', '???'] }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe(
      [
        '3 settings need a change:',
        '  - targetDir: found no value; expected text (folder for everything the run makes; a second run there goes on where the first one stopped). Give it as --targetDir VALUE, or in a YAML file.',
        '  - upstream.name: found no value; expected one of fbank, fbank_no_cmvn, mfcc (which upstream). Give it as --upstream.name VALUE, or in a YAML file.',
        '  - corpus.root: found no value; expected text (folder of VoxCeleb1). Give it as --corpus.root VALUE, or in a YAML file.',
        'Every setting is explained by: s3 run toy-asv --help',
      ].join('\n'),
    );
  });

  test.each([
    [['--training.totalSteps', 'abc'], "training.totalSteps (command line): found 'abc'; expected whole number, at least 1."],
    [['--training.totalSteps', '1.5'], 'training.totalSteps (command line): found 1.5; expected whole number, at least 1.'],
    [['--training.totalSteps', '0'], 'training.totalSteps (command line): found 0; expected whole number, at least 1.'],
    [
      ['--upstream.name', 'fbnk'],
      "upstream.name (command line): found 'fbnk'; expected one of fbank, fbank_no_cmvn, mfcc. Did you mean fbank?",
    ],
    [['--start', '7'], 'start (command line): found 7; expected whole number, 0 to 4.'],
    [['--evalBatches', '0'], 'evalBatches (command line): found 0; expected -1; or whole number, at least 1.'],
    [['--start', '3', '--stop', '2'], 'stop (command line): the last stage to do comes before the first one (start) (found 2).'],
    [['--featurizer.layerSelections', '1,x'], "featurizer.layerSelections.1 (command line): found 'x'; expected whole number, at least 0."],
    [['--training', '5'], /^training \(command line\): found 5; expected section with totalSteps, logStep, /],
    [['--training.totalStep', '5'], 'training.totalStep (command line): found an unknown setting; did you mean training.totalSteps?'],
    [['--total_steps', '5'], 'total_steps (command line): found an unknown setting; did you mean training.totalSteps?'],
    [['--trainng.totalSteps', '5'], 'trainng.totalSteps (command line): found an unknown setting; did you mean training.totalSteps?'],
    [['--task.zzzzzz', '5'], 'task.zzzzzz (command line): found an unknown setting; expected a known one: task has loss, margin, scale.'],
    [
      ['--task.zzzzzz.size', '5'],
      'task.zzzzzz.size (command line): found an unknown setting; expected a known one: task has loss, margin, scale.',
    ],
    [['--task.nope', '5'], 'task.nope (command line): found an unknown setting; expected a known one: task has loss, margin, scale.'],
    [['--training.totalSteps'], 'training.totalSteps (command line): found no value behind it; expected whole number, at least 1.'],
    [['--cacheDir', ''], 'cacheDir (command line): found an empty text; expected text or null that is not empty.'],
    [['--corpus.tests.0', 'a'], /^corpus\.tests\.0 \(command line\): found an unknown setting/],
    [['--upstream.name.x', 'a'], /^upstream\.name\.x \(command line\): found an unknown setting/],
    [['--__proto__.x', 'a'], /^__proto__\.x \(command line\): found an unknown setting/],
  ])('%j', async (words, expected) => {
    const [problem, ...more] = await problems(words);
    expect(more).toEqual([]);
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  test('a file by its line', async () => {
    const yaml = await file('wrong.yaml', '# settings\ntraining:\n  totalSteps: many\n  nothing: 1\ntask: 3\n');
    expect(await problems([], yaml)).toEqual([
      `training.nothing (${yaml}:4): found an unknown setting; expected a known one: training has totalSteps, logStep, evalStep, evalEachEpoch, stopAfter, averageBest, saveStep, gradientClipping, gradientAccumulate, validMetric, validOrder, autoResume, resumeFrom, onConfigChange, seed, keepCheckpoints.`,
      `task (${yaml}:5): found 3; expected section with loss, margin, scale.`,
      `training.totalSteps (${yaml}:3): found 'many'; expected whole number, at least 1.`,
    ]);
  });

  test('files that are no settings', async () => {
    await expect(resolve([], join(folder, 'absent.yaml'))).rejects.toThrow(
      /absent\.yaml: found no such file; expected a YAML file of settings/,
    );
    await expect(resolve([], await file('list.yaml', '- 1\n'))).rejects.toThrow(/list\.yaml: found a YAML file without names at its top/);
    await expect(resolve([], folder)).rejects.toThrow(`${folder}: found a folder; expected a YAML file`);
    await expect(resolve([], await file('alias.yaml', 'start: *first\n'))).rejects.toThrow(
      /alias\.yaml: found an alias that cannot be followed \(Unresolved alias.*first\)/,
    );
    const broken = await resolve([], await file('broken.yaml', 'a: 1\nb: [1\n')).catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(InputError);
    expect(String(broken)).toMatch(/broken\.yaml:\d: found text that is not YAML/);
    await expect(resolve([], await file('twice.yaml', 'start: 1\nstart: 2\n'))).rejects.toThrow(
      /twice\.yaml:2: found text that is not YAML \(Map keys must be unique\)/,
    );
  });
});

test('a preview keeps ??? for what is missing, and still refuses what is wrong', async () => {
  const { values, missing } = await previewConfig(settingsRecipe, { words: ['--training.totalSteps', '5'] });
  expect(values).toMatchObject({ targetDir: '???', upstream: { name: '???' }, training: { totalSteps: 5 } });
  expect(missing).toEqual([['targetDir'], ['upstream', 'name']]);
  await expect(previewConfig(settingsRecipe, { words: ['--training.totalSteps', 'x'] })).rejects.toThrow(SettingsError);
});
