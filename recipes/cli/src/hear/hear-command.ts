import type { Command } from 'commander';
import { addBenchmarkOptions, type BenchmarkOptions } from '../benchmark/benchmark-options.ts';
import type { BenchmarkProgram } from '../benchmark/run-benchmarks.ts';

/** What `s3 hear` was told, beside settings for the recipes. */
export interface HearCommandOptions extends BenchmarkOptions {
  readonly root: string;
}

/** Adds `s3 hear`: tasks of HEAR over all their folds, for one upstream. */
export function addHearCommand(command: Command, program: BenchmarkProgram): void {
  const hear = command
    .command('hear')
    .helpGroup('Recipes:')
    .summary('run HEAR tasks over all their folds for one upstream')
    .argument('[settings...]', 'for every task, such as --training.totalSteps 1000')
    .usage('--root <folder> --upstream.name <name> --targetDir <folder> [--section.setting value ...]')
    .description('run HEAR tasks over all their folds for one upstream, and tell the mean and the deviation of each score')
    .requiredOption('--root <folder>', 'folder of a HEAR task, or one that holds several');
  addBenchmarkOptions(hear, 'by the names of tasks or of their folders, such as esc50,maestro')
    .addHelpText(
      'after',
      `
A task is a folder with task_metadata.json, as HEAR publishes it. Where it has folds, each is tested once, by a model that was
trained on the others; a task with one split is run once. Labels of whole recordings are learned by the recipe hear-scene, those
of parts by hear-event. ESC-50, FSD50K and CREMA-D have the settings of S3PRL's problems, where they differ.

A fold has a folder of its own, such as exp/hear/esc50-v2.0.0-full/fold00, in which s3 run would go on with the same settings.
hear.md and hear.html are written anew after each fold. A fold that fails is told, and the others are run.

Example:
  s3 hear --root /data/tasks --tasks esc50,maestro --upstream.name hubert_base --targetDir exp/hear/hubert_base`,
    )
    .action(async (_settings, options: HearCommandOptions, { args }: Command) => {
      await (await import('./run-hear.ts')).runHear(args, options, program);
    });
}
