import { join } from 'node:path';
import type { Communicator } from '@s3/interface';
import { formatTable } from '../formatting/format-table.ts';
import { resolveTrials } from '../sweep/resolve-trials.ts';
import { sweepTable } from '../sweep/sweep-table.ts';
import type { CommandContext } from './command-context.ts';
import { findRecipe } from './find-recipe.ts';
import { inProcesses } from './in-processes.ts';
import { resultText } from './result-text.ts';
import { runInTerminal } from './run-in-terminal.ts';

interface SweepWords {
  readonly recipeName: string | undefined;
  /** the settings on the command line */
  readonly words: readonly string[];
  readonly files: readonly string[];
  /** settings to try values of, as typed */
  readonly over: readonly string[];
  readonly json: boolean;
}

/**
 * Trains a recipe with several settings and prints what came of each, with the tests of the best.
 *
 * @returns the exit code
 * @throws S3Error for anything that the user can mend
 */
export async function sweepCommand(context: CommandContext, sweep: SweepWords): Promise<number> {
  return inProcesses(context, (own, communicator) => sweepIn(own, sweep, communicator));
}

async function sweepIn(
  context: CommandContext,
  { recipeName, words, files, over, json }: SweepWords,
  communicator?: Communicator,
): Promise<number> {
  const recipe = await findRecipe(context, recipeName);
  const { targetDir, trials, warnings } = await resolveTrials(recipe, over, { words, files });
  const told = { json, warnings, engine: trials[0]!.config['engine'], shared: 'each run' };
  return runInTerminal(context, told, communicator, async (options) => {
    const { runSweep } = await import('../sweep/run-sweep.ts');
    const result = await runSweep(recipe, { targetDir, trials }, options);
    if (json) {
      context.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return;
    }
    const { titles, rows } = sweepTable(result);
    const more = `More in ${join(targetDir, 'sweep.html')} and ${join(targetDir, result.best!)}\n`;
    context.stdout.write(`\n${formatTable(titles, rows, { color: context.color })}\n\n${resultText(result, context.color)}\n${more}`);
  });
}
