import { join } from 'node:path';
import { type AnyRecipe, type EngineInfo, InputError } from '@s3/interface';
import { finishedRun, type RunObserver, resolveConfig } from '@s3/trainer';
import type { RunRecipe } from '@s3/trainer/command-line';

type Settings = { readonly [setting: string]: unknown };
type Tests = { readonly [testSet: string]: { readonly [metric: string]: number | null } };

/** A task of a benchmark: a recipe, run once or several times. */
export interface BenchmarkTask {
  /** what it is called in what is told of it, and in what becomes of all of them */
  readonly name: string;
  readonly recipe: string;
  /** where its runs go, each in a folder of its name */
  readonly targetDir: string;
  /** the metrics that count */
  readonly metrics: readonly string[];
  /** settings of each run by its name */
  readonly runs: { readonly [name: string]: Settings };
}

/** What a run of a task scored. */
export interface BenchmarkRun {
  readonly name: string;
  readonly testSet: string;
  /** in the order of the task's metrics; NaN where there is none */
  readonly scores: readonly number[];
  /** whether it was there, and not made again */
  readonly before: boolean;
}

/**
 * Runs a task's recipe, as often as the task asks for; a run that was finished with the same settings is not made again, one that
 * was stopped goes on, and after one that fails come the others.
 *
 * @param words settings for every recipe, as on the command line
 * @param onRun is told of each run that is there
 * @param onFailure is told of each that failed
 * @throws whatever ends a run that was asked to stop
 */
export async function runBenchmark(
  { targetDir, metrics, runs }: BenchmarkTask,
  recipe: AnyRecipe,
  {
    words,
    engine,
    run,
    observer,
    signal,
    onRun,
    onFailure,
  }: {
    readonly words: readonly string[];
    readonly engine: EngineInfo;
    readonly run: RunRecipe;
    readonly observer: RunObserver;
    readonly signal: AbortSignal;
    readonly onRun: (run: BenchmarkRun) => Promise<void>;
    readonly onFailure: (name: string, error: unknown) => Promise<void>;
  },
): Promise<void> {
  const oneRun = async (name: string, settings: Settings, place: string): Promise<BenchmarkRun> => {
    const folder = join(targetDir, name);
    const { config, warnings } = await resolveConfig(recipe, { words: wordsOfRun(settings, words, folder) });
    for (const warning of warnings) observer.message?.('warning', warning);
    const finished = await finishedRun(folder, config, recipe);
    observer.message?.('info', `${folder}: ${finished ? 'finished before' : place}`);
    const tests: Tests = (finished ?? (await run(recipe, config, { engine, observers: [observer], signal }))).tests ?? {};
    // the first test set is the official one
    const [testSet] = Object.keys(tests);
    if (testSet === undefined) {
      throw new InputError(folder, 'a run that tested nothing', 'one that goes on to its tests', 'Leave --stop out.');
    }
    const scores = metrics.map((metric) => tests[testSet]![metric] ?? Number.NaN);
    return { name, testSet, scores, before: finished !== undefined };
  };
  for (const [index, [name, settings]] of Object.entries(runs).entries()) {
    try {
      await onRun(await oneRun(name, settings, `run ${index + 1} of ${Object.keys(runs).length}`));
    } catch (error) {
      if (signal.aborted) throw error;
      await onFailure(name, error);
    }
  }
}

/**
 * Reads the settings of all runs of a task, as `runBenchmark` will.
 *
 * @throws InputError and others for settings that the recipe refuses
 */
export async function checkSettings({ targetDir, runs }: BenchmarkTask, recipe: AnyRecipe, words: readonly string[]): Promise<void> {
  for (const [name, settings] of Object.entries(runs)) {
    await resolveConfig(recipe, { words: wordsOfRun(settings, words, join(targetDir, name)) });
  }
}

/** The settings of a run, then those for every one. */
export function wordsOfRun(settings: Settings, words: readonly string[], folder: string): string[] {
  return [...wordsOf(settings), ...words, '--targetDir', folder];
}

/** Leaves as words of a command line: YAML reads JSON, and lists of texts are written with commas. */
function wordsOf(settings: Settings, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? wordsOf(value as Settings, `${prefix}${name}.`)
      : [
          `--${prefix}${name}`,
          Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(',') : JSON.stringify(value),
        ],
  );
}
