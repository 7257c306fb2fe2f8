import { type AnyRecipe, InputError } from '@s3/interface';
import { runRecipe, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, isInterruption, type RunRecipe, stopSignals } from '@s3/trainer/command-line';
import { CommanderError } from 'commander';
import type { Outcome } from './outcome.ts';
import { type BenchmarkRun, type BenchmarkTask, runBenchmark } from './run-benchmark.ts';

export type BenchmarkProgram = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'run'>;

/**
 * Runs tasks one after another; of one that fails it is told, and the others are run.
 *
 * @param outcomes by name of the task; what becomes of each is added
 * @param options.words settings for every recipe, as on the command line
 * @param options.onChange is called when a run is there, and when a task has failed
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
      const planned = Object.keys(task.runs).length;
      const onRun = async (one: BenchmarkRun) => {
        runs.push(one);
        outcomes.set(task.name, { runs: [...runs], planned });
        await options.onChange();
      };
      try {
        const recipe = await recipeOf(task, program);
        await runBenchmark(task, recipe, { words: options.words, engine, run, observer, signal: stop.signal, onRun });
      } catch (error) {
        if (stop.signal.aborted) throw error;
        const text = error instanceof Error ? error.message : String(error);
        observer.message?.('warning', `${task.name} failed: ${text}`);
        outcomes.set(task.name, { runs, planned, failed: text.split('\n')[0]! });
        await options.onChange();
      }
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
