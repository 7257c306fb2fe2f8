import { type AnyRecipe, InputError } from '@s3/interface';
import { runRecipe, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, isInterruption, type RunRecipe, stopSignals } from '@s3/trainer/command-line';
import { CommanderError } from 'commander';
import type { Outcome } from './outcome.ts';
import { type BenchmarkRun, type BenchmarkTask, runBenchmark } from './run-benchmark.ts';

export type BenchmarkProgram = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'run'>;

/**
 * Runs tasks one after another; of a run that fails it is told, and the others are made.
 *
 * @param outcomes by name of the task; what becomes of each is added
 * @param options.words settings for every recipe, as on the command line
 * @param options.onChange is called when a run is there, and when one has failed
 * @throws CommanderError with the exit code of a signal that stopped it, after saving
 */
export async function runBenchmarks(
  tasks: readonly BenchmarkTask[],
  outcomes: Map<string, Outcome>,
  options: {
    readonly words: readonly string[];
    readonly engine: Parameters<BenchmarkProgram['selectEngine']>[0];
    readonly json?: boolean | undefined;
    readonly onChange: () => Promise<void>;
  },
  program: BenchmarkProgram,
): Promise<void> {
  const observer = terminalObserver({ stream: options.json ? program.stderr : program.stdout });
  const engine = await program.selectEngine(options.engine);
  observer.message?.('info', `engine: ${engine.library} (${engine.reason})`);
  const run = program.run ?? (runRecipe as RunRecipe);
  const stop = stopSignals((name) =>
    observer.message?.('warning', `${name}: saving, then stopping; once more stops at once and saves nothing`),
  );
  try {
    for (const task of tasks) {
      observer.message?.('info', task.name === task.recipe ? task.name : `${task.name}: ${task.recipe}`);
      const runs: BenchmarkRun[] = [];
      const failures: Failure[] = [];
      const planned = Object.keys(task.runs).length;
      const change = async () => {
        outcomes.set(task.name, { runs: [...runs], planned, ...(failures.length > 0 && { failed: failureText(failures) }) });
        await options.onChange();
      };
      const onRun = async (one: BenchmarkRun) => {
        runs.push(one);
        await change();
      };
      const onFailure = async (name: string, error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        observer.message?.('warning', `${name === '' ? task.name : `${task.name}, ${name}`} failed: ${text}`);
        failures.push({ name, reason: text.split('\n')[0]! });
        await change();
      };
      const recipe = await recipeOf(task, program).catch((error: unknown) => onFailure('', error));
      if (recipe) await runBenchmark(task, recipe, { words: options.words, engine, run, observer, signal: stop.signal, onRun, onFailure });
    }
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined || !isInterruption(error)) throw error;
    program.stderr.write(`${(error as Error).message}\n`);
    throw new CommanderError(exitCode, 'interrupted', (error as Error).message);
  } finally {
    stop.release();
    await observer.close?.();
  }
}

interface Failure {
  /** of the run */
  readonly name: string;
  readonly reason: string;
}

/** Why runs failed: those of the same reason together, a task's only run without a name. */
function failureText(failures: readonly Failure[]): string {
  const reasons = [...new Set(failures.map(({ reason }) => reason))];
  const namesOf = (reason: string) => failures.flatMap((failure) => (failure.reason === reason && failure.name ? [failure.name] : []));
  return reasons.map((reason) => [namesOf(reason).join(', '), reason].filter((part) => part !== '').join(': ')).join('; ');
}

/** The recipe of a task, which the program has. */
export async function recipeOf({ recipe }: BenchmarkTask, { recipes }: Pick<BenchmarkProgram, 'recipes'>): Promise<AnyRecipe> {
  const entry = recipes.find(({ name }) => name === recipe);
  if (entry) return 'load' in entry ? await entry.load() : entry;
  const known = recipes.map(({ name }) => name).join(', ');
  throw new InputError('recipe', `no '${recipe}' among ${known}`, 'it among the recipes of the program', `Add @s3/${recipe} to them.`);
}

/** @throws InputError naming the tasks that failed, if any did */
export function refuseFailed(command: string, outcomes: ReadonlyMap<string, Outcome>): void {
  const failed = [...outcomes].flatMap(([name, outcome]) => ('failed' in outcome ? [name] : []));
  if (failed.length === 0) return;
  throw new InputError(
    command,
    `${failed.join(', ')} failed, as said above`,
    'every task to be done',
    'Mend that and give the same command again.',
  );
}
