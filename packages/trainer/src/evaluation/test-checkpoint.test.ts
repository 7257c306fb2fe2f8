import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Communicator } from '@s3/interface';
import { expect, test } from 'vitest';
import { commandLine } from '../command-line/command-line.ts';
import { processes } from '../fixtures/processes.ts';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { outcome, temporaryFolder, tensorCount, toyEngine, toyRun } from '../fixtures/toy-run.ts';
import { zipFiles } from '../memory/zip.ts';

const folder = temporaryFolder();
const { result: trained } = await toyRun(folder);
const checkpoint = join(folder, 'train/step_4');

const s3 = (...argv: readonly string[]) => s3In(undefined, argv);

async function s3In(communicator: Communicator | undefined, argv: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const code = await commandLine({
    argv: ['test', ...argv],
    recipes: [toyRecipe],
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    selectEngine: async () => toyEngine,
    connectProcesses: async () => communicator,
  });
  return { code, ...written };
}

test('judges a checkpoint again with other settings of its task, beside what the run found', async () => {
  const before = outcome(folder);
  const tensors = tensorCount();
  const { code, stdout } = await s3(checkpoint, '--task.threshold', '100', '--json');
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    recipe: 'toy',
    steps: 4,
    metric: 'cost',
    changes: ['task.threshold: 0 → 100'],
    checkpoints: { one: 'step_4' },
  });
  // with such a threshold every point counts as of the second class
  expect(result.tests.one.errors).toBe(0.5);
  expect(result.before.one.errors).toBeLessThan(0.5);
  expect(result.folder).toBe(join(folder, 'tests/threshold-100'));
  expect(tensorCount()).toBe(tensors);

  const own = Object.entries(outcome(folder)).filter(([path]) => !path.startsWith('tests/'));
  expect(Object.fromEntries(own)).toEqual(before);
  expect(readdirSync(result.folder)).toEqual(
    expect.arrayContaining(['changes.json', 'configs', 'evaluate', 'metrics.json', 'report.html']),
  );
  expect(readFileSync(join(result.folder, 'evaluate/one/step_4/scores'), 'utf8')).toMatch(/^0-0 -/);
});

test('finds the same again where nothing is changed, on the test sets that are asked for', async () => {
  const { code, stdout } = await s3(join(folder, 'train', trained.checkpoints['one']!), '--set', 'one', '--name', 'mine/again', '--json');
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.tests).toEqual({ one: trained.tests['one'] });
  expect(result.before.one).toEqual(trained.tests['one']);
  expect(result.folder).toBe(join(folder, 'tests/mine-again'));
});

test('shows both in the terminal', async () => {
  const { stdout } = await s3(checkpoint, '--task.threshold', '2');
  expect(stdout).toContain('task.threshold: 0 → 2');
  expect(stdout).toMatch(/one +one in the run +train +train in the run +chance/);
});

const refused: readonly [name: string, words: readonly string[], message: RegExp][] = [
  ['another network', ['--model.size', '7'], /model\.size: 5 → 7 \(the network is built of it\)/],
  ['settings that testing does not read', ['--training.totalSteps', '9'], /training\.totalSteps: 6 → 9 \(testing does not read it\)/],
  ['another target', ['--targetDir', '/elsewhere'], /targetDir: .* → "\/elsewhere" \(testing does not read it\)/],
  [
    'unknown settings',
    ['--task.treshold', '1'],
    /task\.treshold \(command line\): found an unknown setting; did you mean task\.threshold\?/,
  ],
  ['values of another type', ['--task.threshold', 'high'], /task\.threshold \(command line\): found 'high'; expected number/],
  ['a test set that the run had not', ['--set', 'two'], /--set: found 'two'; expected one of one, train/],
];
test.each(refused)('refuses %s', async (_name, words, message) => {
  const { code, stderr } = await s3(checkpoint, ...words);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('bug in S3');
  expect(code).toBe(1);
});

test('refuses a name that other results have', async () => {
  expect((await s3(checkpoint, '--name', 'taken', '--task.threshold', '1')).code).toBe(0);
  expect((await s3(checkpoint, '--name', 'taken', '--task.threshold', '1')).code).toBe(0);
  expect((await s3(checkpoint, '--name', 'taken', '--task.threshold', '2')).stderr).toMatch(
    /tests.taken: found results of other settings \(task\.threshold: 0 → 1\)/,
  );
});

test('refuses what is no checkpoint, and one without its run', async () => {
  expect((await s3()).stderr).toContain('found no checkpoint');
  expect((await s3(folder, '--task.threshold', '1')).stderr).toContain(
    'found no state.json that can be read; expected the folder of a checkpoint',
  );
  const copy = join(temporaryFolder(), 'train/step_4');
  cpSync(checkpoint, copy, { recursive: true });
  expect((await s3(copy)).stderr).toMatch(/corpus\.json: found nothing; expected the tables of the checkpoint's run/);
  expect(existsSync(join(copy, '../../tests'))).toBe(false);
});

test('several processes find what one finds, and the first alone tells it', async () => {
  const words = [checkpoint, '--task.threshold', '70', '--json'];
  const alone = JSON.parse((await s3(...words, '--name', 'alone')).stdout);
  const [first, second] = await Promise.all(processes(2).map((communicator) => s3In(communicator, [...words, '--name', 'together'])));
  expect(first!.code, first!.stderr).toBe(0);
  expect(JSON.parse(first!.stdout).tests).toEqual(alone.tests);
  expect(second).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('unpacks the zip of a run beside itself, once', async () => {
  const place = temporaryFolder();
  const zip = join(place, 'mine.zip');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  const own = names.filter((name) => !name.startsWith('tests/'));
  writeFileSync(zip, zipFiles(new Map(own.map((name) => [`toy/${name}`, readFileSync(join(folder, name))] as const))));
  const first = await s3(zip, '--json');
  expect(first.stderr).toContain(`unpacked ${zip} to ${join(place, 'mine')}`);
  expect(JSON.parse(first.stdout)).toMatchObject({ folder: join(place, 'mine/tests/unchanged'), tests: trained.tests });
  const before = readdirSync(place).sort();
  expect(before).toEqual(['mine', 'mine.zip']);
  const again = await s3(zip, '--json');
  expect([again.code, again.stderr.includes('unpacked')]).toEqual([0, false]);

  writeFileSync(join(place, 'mine/train/step_6/state.json'), '{}');
  expect((await s3(zip)).stderr).toMatch(/mine: found a folder with other content/);
  rmSync(join(place, 'mine'), { recursive: true });
  // a checkpoint alone has no tables to be judged on
  writeFileSync(zip, zipFiles(new Map([['step_4/state.json', readFileSync(join(checkpoint, 'state.json'))]])));
  expect((await s3(zip)).stderr).toMatch(/mine\.zip: found a checkpoint without the tables of its run/);
  expect(readdirSync(place)).toEqual(['mine.zip']);
});
