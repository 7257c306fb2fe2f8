import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type AnyRecipe, InputError } from '@s3/interface';
import { finishedRun, formatTable, resolveConfig } from '@s3/trainer';
import type { BenchmarkOptions } from './benchmark-options.ts';
import { type BenchmarkTask, wordsOfRun } from './run-benchmark.ts';
import { type BenchmarkProgram, recipeOf } from './run-benchmarks.ts';

/** A run that a benchmark's command would make. */
interface PlannedRun {
  readonly task: string;
  /** empty for a task's only run */
  readonly run: string;
  readonly targetDir: string;
  /** what is there of it, or what keeps it from being run */
  readonly state: string;
  readonly isRefused: boolean;
  /** what would make it alone */
  readonly command: string;
}

/**
 * Tells what a benchmark's command would run, and touches nothing.
 *
 * @param missing task to what it lacks
 * @throws InputError in the end, when a run would be refused
 */
export async function planBenchmarks(
  tasks: readonly BenchmarkTask[],
  missing: { readonly [task: string]: string },
  { words, targetDir, engine, json }: BenchmarkOptions & { readonly words: readonly string[] },
  program: BenchmarkProgram,
): Promise<void> {
  const all = engine === 'auto' ? words : [...words, '--engine', engine];
  const runs: PlannedRun[] = [];
  for (const task of tasks) {
    const recipe = await recipeOf(task, program);
    for (const name of Object.keys(task.runs)) runs.push(await plannedRun(task, name, recipe, all));
  }
  if (json) program.stdout.write(`${JSON.stringify({ runs: runs.map(({ isRefused, ...told }) => told), missing }, null, 2)}\n`);
  else program.stdout.write(planText(runs, missing, program.stdout.isTTY ?? false));
  const refused = runs.filter(({ isRefused }) => isRefused).map(({ task, run }) => [task, run].filter(Boolean).join(' '));
  if (refused.length === 0) return;
  throw new InputError(targetDir, `${refused.join(', ')}, refused as said above`, 'runs that can begin', 'Mend that first.');
}

async function plannedRun(task: BenchmarkTask, name: string, recipe: AnyRecipe, words: readonly string[]): Promise<PlannedRun> {
  const targetDir = join(task.targetDir, name);
  const given = wordsOfRun(task.runs[name]!, words, targetDir);
  const planned = { task: task.name, run: name, targetDir, command: ['s3', 'run', task.recipe, ...given].map(quoted).join(' ') };
  try {
    const { config } = await resolveConfig(recipe, { words: given });
    const absent = pathsOf(config['corpus']).find((path) => !existsSync(path));
    if (absent !== undefined) return { ...planned, state: `refused: no ${absent}`, isRefused: true };
    const state = (await finishedRun(targetDir, config, recipe)) ? 'finished before' : await begun(targetDir);
    return { ...planned, state, isRefused: false };
  } catch (error) {
    return { ...planned, state: `refused: ${(error as Error).message}`, isRefused: true };
  }
}

/** How far the run in a folder has come. */
async function begun(targetDir: string): Promise<string> {
  const names = await readdir(join(targetDir, 'train')).catch(() => []);
  const steps = names.flatMap((name) => /^step_(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return steps.length > 0 ? `begun, at step ${Math.max(...steps)}` : 'to be run';
}

/** Files and folders of a corpus; a corpus may also be named by what is no path. */
function pathsOf(corpus: unknown): string[] {
  if (typeof corpus !== 'object' || corpus === null) return [];
  return Object.values(corpus)
    .flat()
    .filter((value): value is string => typeof value === 'string' && isAbsolute(value));
}

function planText(runs: readonly PlannedRun[], missing: { readonly [task: string]: string }, color: boolean): string {
  const rows = runs.map(({ task, run, state, targetDir }) => [[task, run].filter(Boolean).join(' '), targetDir, state.split('\n')[0]!]);
  const refusals = runs.filter(({ isRefused, state }) => isRefused && state.includes('\n'));
  const lacks = Object.entries(missing).map(([task, what]) => `${task}: not run, ${what}\n`);
  return [
    `${formatTable(['run', 'folder', 'state'], rows, { color })}\n`,
    ...lacks,
    ...refusals.map(({ targetDir, state }) => `${targetDir}: ${state}\n`),
    '\nEach alone, with its settings:\n',
    ...runs.map(({ command }) => `  ${command}\n`),
    '\nNothing was run or written.\n',
  ].join('');
}

/** A word as a shell takes it; a path needs not be quoted as JSON. */
function quoted(word: string): string {
  const plain = /^"(\/[\w./-]*)"$/.exec(word)?.[1] ?? word;
  return /^[\w./:=,@%+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
