import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyEngine } from '../fixtures/toy-run.ts';
import { commandLine } from './command-line.ts';

beforeEach(() => void vi.stubEnv('NO_COLOR', '1'));

async function s3(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  const code = await commandLine({ argv, recipes: [toyRecipe], ...streams, selectEngine: async () => toyEngine });
  return { code, ...written };
}

const words = (targetDir: string) => [
  ...['sweep', 'toy', '--over', 'optimizer.learningRate=1e-3,5e-2', '--targetDir', targetDir, '--cacheDir', join(targetDir, 'cache')],
  ...['--optimizer.name', 'AdamW', '--workers', '0', '--corpus.valid', '--training.totalSteps', '4', '--training.evalStep', '2'],
];

it('shows every run, and the tests of the best', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await s3(...words(folder));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const table = stdout.slice(stdout.indexOf('\noptimizer.learningRate') + 1);
  expect(
    table
      .replace(/0\.\d{4}/g, 'N')
      .replace(/\d+(\.\d+)? m?s/g, 'TIME')
      .replaceAll(folder, 'FOLDER')
      .replace(/ {2,}/g, '  ')
      .replace(/─+/g, '─'),
  ).toMatchInlineSnapshot(`
    "optimizer.learningRate  cost, validation ↓  step  time
    ─  ─  ─  ─  ─
      1e-3  N  4  TIME
      5e-2  N  4  TIME  the best

      one  train  chance
    ─  ─  ─  ─
    cost  N  N  1
    errors  N  0

    More in FOLDER/sweep.html and FOLDER/learningRate=5e-2
    "
  `);
  expect(readdirSync(folder).sort()).toEqual(['cache', 'learningRate=1e-3', 'learningRate=5e-2', 'sweep.html', 'sweep.json']);
});

it('prints the result as JSON', async () => {
  const folder = temporaryFolder();
  const { stdout } = await s3(...words(folder), '--json');
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(folder, 'sweep.json'), 'utf8')));
});

it.each([
  [['--over', 'optimizer.learningRat=1,2'], /optimizer\.learningRat .*did you mean optimizer\.learningRate/],
  [['--over', 'training.seed=1,x'], /training\.seed .*found 'x'; expected whole number/],
  [['--training.seed', '3', '--over', 'training.seed=1,2'], /training\.seed beside --over; expected it once/],
])('refuses %j before anything is trained', async (more, message) => {
  const folder = temporaryFolder();
  const { code, stderr } = await s3(...words(folder), ...more);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(existsSync(join(folder, 'sweep.json'))).toBe(false);
});
