import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { replaceFile } from '@s3/trainer';
import { checkWords, refuseUnknown, upstreamOf } from '../benchmark/benchmark-words.ts';
import { type Outcome, wholeRuns } from '../benchmark/outcome.ts';
import { planBenchmarks } from '../benchmark/plan-benchmarks.ts';
import type { BenchmarkTask } from '../benchmark/run-benchmark.ts';
import { type BenchmarkProgram, refuseFailed, runBenchmarks } from '../benchmark/run-benchmarks.ts';
import { benchmarks, meanScores } from './benchmarks.ts';
import { readCorpora } from './read-corpora.ts';
import type { SuperbCommandOptions } from './superb-command.ts';
import { superbTable } from './superb-table.ts';

/**
 * Runs the tasks of SUPERB one after another and keeps their table up to date.
 *
 * @param words settings for every recipe, the upstream's name first of all
 * @throws InputError when nothing can be run, and in the end when a task failed
 * @throws CommanderError with the exit code of a signal that stopped it, after saving
 */
export async function runSuperb(words: readonly string[], options: SuperbCommandOptions, program: BenchmarkProgram): Promise<void> {
  const { targetDir, json = false } = options;
  const tasks = options.tasks?.map((task) => task.toUpperCase());
  checkWords(words, 'Say it in the corpora file, below the name of the corpus or of the recipe.');
  const upstream = upstreamOf(words);
  const corpora = await readCorpora(options.corpora);
  const known = benchmarks.filter(({ recipe }) => program.recipes.some(({ name }) => name === recipe));
  const chosen = known.filter(({ task }) => tasks?.includes(task.toUpperCase()) ?? true);
  refuseUnknown(
    '--tasks',
    tasks ?? [],
    known.map(({ task }) => task.toUpperCase()),
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

  const ready = chosen.flatMap(({ recipe, scores }): BenchmarkTask[] => {
    const availability = corpora.get(recipe)!;
    if ('missing' in availability) return [];
    const metrics = scores.map(({ metric }) => metric);
    return [{ name: recipe, recipe, targetDir: join(targetDir, recipe), metrics, runs: availability.runs }];
  });
  if (options.dryRun) {
    const missing = chosen.flatMap(({ task, recipe }) => {
      const outcome = outcomes.get(recipe);
      return outcome && 'missing' in outcome ? [[task, outcome.missing]] : [];
    });
    return planBenchmarks(ready, Object.fromEntries(missing), { ...options, words }, program);
  }
  const onChange = async () => {
    const { markdown, html } = superbTable(upstream, known, outcomes);
    await replaceFile(join(targetDir, 'superb.md'), markdown);
    await replaceFile(join(targetDir, 'superb.html'), html);
  };
  await runBenchmarks(ready, outcomes, { words, engine: options.engine, json, onChange }, program);
  const table = superbTable(upstream, known, outcomes);
  if (json) program.stdout.write(`${JSON.stringify({ upstream, tasks: byTask(outcomes) }, null, 2)}\n`);
  else
    program.stdout.write(
      `\n${table.terminal(program.stdout.isTTY ?? false)}\nThe same is in ${join(targetDir, 'superb.md')} and superb.html\n`,
    );
  refuseFailed('s3 superb', outcomes);
}

function byTask(outcomes: ReadonlyMap<string, Outcome>): object {
  return Object.fromEntries(
    benchmarks.flatMap(({ task, recipe, scores }): [string, object][] => {
      const outcome = outcomes.get(recipe);
      if (!outcome) return [];
      const runs = wholeRuns(outcome);
      if (!runs) return [[task, 'missing' in outcome ? outcome : { failed: outcome.failed }]];
      const means = meanScores(outcome)!;
      const named = Object.fromEntries(scores.map(({ metric }, index) => [metric, means[index]]));
      return [[task, { ...named, testSet: runs[0]!.testSet, runs: runs.length, finishedBefore: runs.every(({ before }) => before) }]];
    }),
  );
}
