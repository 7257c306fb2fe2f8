import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Communicator, EngineName } from '@s3/interface';
import { createColors } from 'picocolors';
import { resolveConfig } from '../config/resolve-config.ts';
import { terminalObserver } from '../observers/terminal-observer.ts';
import type { CommandContext, RunRecipe } from './command-context.ts';
import { figureTexts } from './figure-texts.ts';
import { findRecipe } from './find-recipe.ts';
import { inProcesses } from './in-processes.ts';
import { resultText } from './result-text.ts';
import { isInterruption, stopSignals } from './stop-signals.ts';

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
  const progressStream = json ? context.stderr : context.stdout;
  const terminal = terminalObserver({ stream: progressStream });
  for (const warning of warnings) terminal.message?.('warning', warning);
  const engine = await context.selectEngine(config['engine'] as EngineName);
  terminal.message?.('info', `engine: ${engine.library} (${engine.reason})`);
  if (communicator) terminal.message?.('info', `${communicator.size} processes share the run`);

  const stop = stopSignals((name) =>
    terminal.message?.('warning', `${name}: saving, then stopping; once more stops at once and saves nothing`),
  );
  try {
    const run = context.run ?? ((await import('../run.ts')).runRecipe as RunRecipe);
    const targetDir = String(config['targetDir']);
    const result = await run(recipe, config, { engine, observers: [terminal], signal: stop.signal, ...(communicator && { communicator }) });
    if (json) context.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else context.stdout.write(`\n${resultText(result, context.color)}${await figureTexts(context, targetDir)}${whereToLook(targetDir)}`);
    return 0;
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined || !isInterruption(error)) throw error;
    context.stderr.write(`${createColors(context.color).yellow((error as Error).message)}\n`);
    return exitCode;
  } finally {
    stop.release();
    await terminal.close?.();
  }
}

function whereToLook(targetDir: string): string {
  const files = ['metrics.json', 'report.html'].map((name) => join(targetDir, name)).filter((path) => existsSync(path));
  return files.length > 0 ? `\nMore in ${files.join(' and ')}\n` : `\nEverything is in ${targetDir}\n`;
}
