import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Communicator, type EngineName, InputError } from '@s3/interface';
import { resolveConfig } from '../config/resolve-config.ts';
import { terminalObserver } from '../observers/terminal-observer.ts';
import { fromRoot } from '../parallel/from-root.ts';
import { oneProcess } from '../parallel/one-process.ts';
import type { CommandContext } from './command-context.ts';
import { figureTexts } from './figure-texts.ts';
import { findRecipe } from './find-recipe.ts';
import { inProcesses } from './in-processes.ts';
import { resultText } from './result-text.ts';

export interface TestCommandOptions {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly name?: string | undefined;
  /** test sets; all unless given */
  readonly testSets?: readonly string[] | undefined;
  /** name or path of the recipe, where it is not one of the program's */
  readonly recipe?: string | undefined;
}

/**
 * Judges a finished checkpoint again with other settings of its task, and prints the result beside that of its run.
 *
 * @param words the settings on the command line
 * @returns the exit code
 * @throws S3Error for anything that the user can mend
 */
export async function testCommand(
  context: CommandContext,
  checkpoint: string | undefined,
  words: readonly string[],
  options: TestCommandOptions,
): Promise<number> {
  if (checkpoint === undefined || checkpoint.startsWith('-')) {
    throw new InputError(
      'command line',
      checkpoint === undefined ? 'no checkpoint' : `'${checkpoint}' where the checkpoint stands`,
      'the folder of one',
      'Put it first, such as: s3 test exp/asr/train/valid_best --task.decoder.type beam',
    );
  }
  return inProcesses(context, (own, communicator) => testIn(own, checkpoint, words, options, communicator));
}

async function testIn(
  context: CommandContext,
  path: string,
  words: readonly string[],
  { files, json, name, testSets, recipe: recipeName }: TestCommandOptions,
  communicator?: Communicator,
): Promise<number> {
  const [{ testCheckpoint }, { unpackedCheckpoint }] = await Promise.all([
    import('../evaluation/test-checkpoint.ts'),
    import('../checkpoint/unpacked-checkpoint.ts'),
  ]);
  const { checkpoint, unpackedTo } = await fromRoot(communicator ?? oneProcess, () => unpackedCheckpoint(path));
  const recipe = await findRecipe(context, recipeName ?? (await recipeOf(checkpoint)));
  const { config, warnings } = await resolveConfig(recipe, { files: [join(checkpoint, 'config.yaml'), ...files], words });
  const terminal = terminalObserver({ stream: json ? context.stderr : context.stdout });
  if (unpackedTo !== undefined) terminal.message?.('info', `unpacked ${path} to ${unpackedTo}`);
  for (const warning of warnings) terminal.message?.('warning', warning);
  const engine = await context.selectEngine(config['engine'] as EngineName);
  terminal.message?.('info', `engine: ${engine.library} (${engine.reason})`);
  if (communicator) terminal.message?.('info', `${communicator.size} processes share the test`);
  const result = await testCheckpoint(
    recipe,
    { checkpoint, config, name, testSets },
    { engine, observers: [terminal], ...(communicator && { communicator }) },
  );
  if (json) {
    context.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  }
  const { tests, before, folder, changes, chance } = result;
  const columns = Object.entries(tests).flatMap(([testSet, log]) => {
    const own = before[testSet];
    return [[testSet, log] as const, ...(own ? [[`${testSet} in the run`, own] as const] : [])];
  });
  const told = { tests: Object.fromEntries(columns), ...(chance && { chance }) };
  const changed = changes.length > 0 ? `${changes.join('\n')}\n\n` : '';
  context.stdout.write(`\n${changed}${resultText(told, context.color)}${await figureTexts(context, folder)}\nMore in ${folder}\n`);
  return 0;
}

/** @throws InputError for a folder that is no checkpoint */
async function recipeOf(checkpoint: string): Promise<string> {
  try {
    return (JSON.parse(await readFile(join(checkpoint, 'state.json'), 'utf8')) as { readonly recipe: string }).recipe;
  } catch (cause) {
    const remedy = 'Give a folder such as exp/asr/train/valid_best.';
    throw new InputError(checkpoint, 'no state.json that can be read', 'the folder of a checkpoint', remedy, { cause });
  }
}
