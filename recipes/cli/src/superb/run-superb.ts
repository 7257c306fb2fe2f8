import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { runRecipe, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, isInterruption, type RunRecipe, stopSignals } from '@s3/trainer/command-line';
import { CommanderError } from 'commander';
import { benchmarks } from './benchmarks.ts';
import { readCorpora } from './read-corpora.ts';
import { type Outcome, runBenchmark } from './run-benchmark.ts';
import type { SuperbCommandOptions } from './superb-command.ts';
import { superbTable } from './superb-table.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'run'>;

/**
 * Runs the tasks of SUPERB one after another and keeps their table up to date.
 *
 * @param words settings for every recipe, the upstream's name first of all
 * @throws InputError when nothing can be run, and in the end when a task failed
 * @throws CommanderError with the exit code of a signal that stopped it, after saving
 */
export async function runSuperb(words: readonly string[], options: SuperbCommandOptions, program: Program): Promise<void> {
  const { targetDir, json = false, tasks } = options;
  const upstream = upstreamOf(words);
  const corpora = await readCorpora(options.corpora);
  const known = benchmarks.filter(({ recipe }) => program.recipes.some(({ name }) => name === recipe));
  const chosen = known.filter(({ task }) => tasks?.includes(task) ?? true);
  refuseUnknown(
    tasks ?? [],
    known.map(({ task }) => task),
  );
  const outcomes = new Map<string, Outcome>();
  for (const { recipe } of chosen) {
    const availability = corpora.get(recipe)!;
    if ('missing' in availability) outcomes.set(recipe, availability);
  }
  if (outcomes.size === chosen.length) {
    const found = `nothing that ${chosen.map(({ task }) => task).join(', ')} could be run on`;
    throw new InputError(options.corpora, found, 'at least one corpus', 'Name it, as s3 superb --help shows.');
  }

  const observer = terminalObserver({ stream: json ? program.stderr : program.stdout });
  const engine = await program.selectEngine(options.engine);
  observer.message?.('info', `engine: ${engine.library} (${engine.reason})`);
  const run = program.run ?? (runRecipe as RunRecipe);
  const stop = stopSignals((name) =>
    observer.message?.('warning', `${name}: saving, then stopping; once more stops at once and saves nothing`),
  );
  try {
    await mkdir(targetDir, { recursive: true });
    for (const benchmark of chosen) {
      const availability = corpora.get(benchmark.recipe)!;
      if ('missing' in availability) continue;
      observer.message?.('info', `${benchmark.task}: ${benchmark.recipe}`);
      try {
        const entry = program.recipes.find(({ name }) => name === benchmark.recipe)!;
        const recipe = 'load' in entry ? await entry.load() : entry;
        const runOptions = { targetDir: join(targetDir, benchmark.recipe), words, engine, run, observer, signal: stop.signal };
        outcomes.set(benchmark.recipe, await runBenchmark(benchmark, recipe, availability.runs, runOptions));
      } catch (error) {
        if (stop.signal.aborted) throw error;
        const text = error instanceof Error ? error.message : String(error);
        observer.message?.('warning', `${benchmark.recipe} failed: ${text}`);
        outcomes.set(benchmark.recipe, { failed: text.split('\n')[0]! });
      }
      const { markdown, html } = superbTable(upstream, known, outcomes);
      await writeWhole(join(targetDir, 'superb.md'), markdown);
      await writeWhole(join(targetDir, 'superb.html'), html);
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
  const table = superbTable(upstream, known, outcomes);
  if (json) program.stdout.write(`${JSON.stringify({ upstream, tasks: byTask(outcomes) }, null, 2)}\n`);
  else
    program.stdout.write(
      `\n${table.terminal(program.stdout.isTTY ?? false)}\nThe same is in ${join(targetDir, 'superb.md')} and superb.html\n`,
    );
  const failed = [...outcomes].flatMap(([recipe, outcome]) => ('failed' in outcome ? [recipe] : []));
  if (failed.length === 0) return;
  throw new InputError(
    's3 superb',
    `${failed.join(', ')} failed, as said above`,
    'every task to be done',
    'Mend that and give the same command again.',
  );
}

function byTask(outcomes: ReadonlyMap<string, Outcome>): object {
  return Object.fromEntries(
    benchmarks.flatMap(({ task, recipe, scores }): [string, object][] => {
      const outcome = outcomes.get(recipe);
      if (!outcome) return [];
      if (!('scores' in outcome)) return [[task, outcome]];
      const named = Object.fromEntries(scores.map(({ metric }, index) => [metric, outcome.scores[index]]));
      return [[task, { ...named, testSet: outcome.testSet, runs: outcome.runs, finishedBefore: outcome.before }]];
    }),
  );
}

/** What the upstream is called in the table. */
function upstreamOf(words: readonly string[]): string {
  const given = (name: string) => {
    const place = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
    if (place < 0) return undefined;
    return words[place]!.includes('=') ? words[place]!.slice(name.length + 1) : words[place + 1];
  };
  const [name, path] = [given('--upstream.name'), given('--upstream.path')];
  if (name !== undefined) return path === undefined ? name : path;
  throw new InputError(
    'command line',
    'no upstream',
    '--upstream.name',
    'Say which upstream is to be judged, such as --upstream.name hubert_base.',
  );
}

function refuseUnknown(tasks: readonly string[], known: readonly string[]): void {
  const stranger = tasks.find((task) => !known.includes(task));
  if (stranger !== undefined) throw new InputError('--tasks', `'${stranger}'`, `names among ${known.join(', ')}`, 'Correct it.');
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
