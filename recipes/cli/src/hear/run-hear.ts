import { join } from 'node:path';
import { mean } from '@s3/interface/tensors';
import { replaceFile } from '@s3/trainer';
import { checkWords, upstreamOf } from '../benchmark/benchmark-words.ts';
import { deviationOf, type Outcome, wholeRuns } from '../benchmark/outcome.ts';
import { planBenchmarks } from '../benchmark/plan-benchmarks.ts';
import { type BenchmarkTask, checkSettings } from '../benchmark/run-benchmark.ts';
import { type BenchmarkProgram, recipeOf, refuseFailed, runBenchmarks } from '../benchmark/run-benchmarks.ts';
import type { HearCommandOptions } from './hear-command.ts';
import { type HearProblem, hearProblems } from './hear-problems.ts';
import { hearTables } from './hear-tables.ts';

/**
 * Runs tasks of HEAR one after another, each over all its folds, and keeps their tables up to date.
 *
 * @param words settings for every task, the upstream's name first of all
 * @throws InputError for tasks that are not whole and settings that are refused, before anything runs, and in the end when one failed
 * @throws CommanderError with the exit code of a signal that stopped it, after saving
 */
export async function runHear(words: readonly string[], options: HearCommandOptions, program: BenchmarkProgram): Promise<void> {
  const { root, targetDir, json = false } = options;
  checkWords(words, 'Leave it out: --root and --tasks say what is run, s3 run hear-scene or hear-event runs one fold.');
  const upstream = upstreamOf(words);
  const problems = await hearProblems(root, options.tasks);
  const outcomes = new Map<string, Outcome>();
  const tasks = problems.map(
    ({ name, recipe, scores, runs }): BenchmarkTask => ({
      name,
      recipe,
      targetDir: join(targetDir, name),
      metrics: scores.map(({ metric }) => metric),
      runs,
    }),
  );
  if (options.dryRun) return planBenchmarks(tasks, {}, { ...options, words }, program);
  // what one of them refuses would else be told in its turn, after days perhaps
  for (const task of tasks) await checkSettings(task, await recipeOf(task, program), words);
  const onChange = async () => {
    const { markdown, html } = hearTables(upstream, problems, outcomes);
    await replaceFile(join(targetDir, 'hear.md'), markdown);
    await replaceFile(join(targetDir, 'hear.html'), html);
  };
  await runBenchmarks(tasks, outcomes, { words, engine: options.engine, json, onChange }, program);
  if (json) program.stdout.write(`${JSON.stringify({ upstream, tasks: byTask(problems, outcomes) }, null, 2)}\n`);
  else {
    const text = hearTables(upstream, problems, outcomes).terminal(program.stdout.isTTY ?? false);
    program.stdout.write(`\n${text}\nThe same is in ${join(targetDir, 'hear.md')} and hear.html\n`);
  }
  refuseFailed('s3 hear', outcomes);
}

/** Mean and deviation of each score once all folds are there, and the scores of each fold. */
function byTask(problems: readonly HearProblem[], outcomes: ReadonlyMap<string, Outcome>): object {
  return Object.fromEntries(
    problems.flatMap(({ name, task, recipe, scores }): [string, object][] => {
      const outcome = outcomes.get(name);
      if (!outcome || !('runs' in outcome)) return [];
      const named = (values: readonly unknown[]) => Object.fromEntries(scores.map(({ score }, index) => [score, values[index]]));
      const runs = wholeRuns(outcome);
      const summary = scores.map(({ metric }, index) => {
        const values = runs?.map((run) => run.scores[index]!) ?? [];
        return { metric, mean: mean(values), ...(values.length > 1 && { deviation: deviationOf(values) }) };
      });
      const told = {
        task,
        recipe,
        ...(runs ? { scores: named(summary), finishedBefore: runs.every(({ before }) => before) } : { failed: outcome.failed }),
        folds: Object.fromEntries(outcome.runs.map(({ testSet, scores: values }) => [testSet, named(values)])),
      };
      return [[name, told]];
    }),
  );
}
