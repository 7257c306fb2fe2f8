import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Communicator } from '@s3/interface';
import { resolveConfig } from '../config/resolve-config.ts';
import type { CommandContext, RunRecipe } from './command-context.ts';
import { figureTexts } from './figure-texts.ts';
import { findRecipe } from './find-recipe.ts';
import { inProcesses } from './in-processes.ts';
import { resultText } from './result-text.ts';
import { runInTerminal } from './run-in-terminal.ts';

interface RunWords {
  readonly recipeName: string | undefined;
  /** the settings on the command line */
  readonly words: readonly string[];
  readonly files: readonly string[];
  readonly json: boolean;
}

/**
 * Runs a recipe and prints its result; of several processes the first alone prints, and an error in any ends all.
 *
 * @returns the exit code
 * @throws S3Error for anything that the user can mend
 */
export async function runCommand(context: CommandContext, run: RunWords): Promise<number> {
  return inProcesses(context, (own, communicator) => runIn(own, run, communicator));
}

async function runIn(context: CommandContext, { recipeName, words, files, json }: RunWords, communicator?: Communicator): Promise<number> {
  const recipe = await findRecipe(context, recipeName);
  const { config, warnings } = await resolveConfig(recipe, { files, words });
  return runInTerminal(context, { json, warnings, engine: config['engine'], shared: 'the run' }, communicator, async (options) => {
    const run = context.run ?? ((await import('../run.ts')).runRecipe as RunRecipe);
    const targetDir = String(config['targetDir']);
    const result = await run(recipe, config, options);
    if (json) context.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else context.stdout.write(`\n${resultText(result, context.color)}${await figureTexts(context, targetDir)}${whereToLook(targetDir)}`);
  });
}

function whereToLook(targetDir: string): string {
  const files = ['metrics.json', 'report.html'].map((name) => join(targetDir, name)).filter((path) => existsSync(path));
  return files.length > 0 ? `\nMore in ${files.join(' and ')}\n` : `\nEverything is in ${targetDir}\n`;
}
