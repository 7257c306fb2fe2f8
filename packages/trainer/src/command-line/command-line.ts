// Nothing heavy is imported here: `s3 --help` has to answer at once. What a command needs, it imports when it runs.
import type { AnyRecipe } from '@s3/interface';
import { Command, CommanderError, Option } from 'commander';
import { createColors } from 'picocolors';
import type { CommandContext, CommandLineOptions, RecipeEntry } from './command-context.ts';
import { completeHelp } from './complete-help.ts';
import { showsColor } from './shows-color.ts';

export type { CommandLineOptions, RecipeEntry, RunRecipe } from './command-context.ts';
export { recipeOfModule } from './find-recipe.ts';
export { inProcesses } from './in-processes.ts';
export { isInterruption, type StopSignals, stopSignals } from './stop-signals.ts';

/**
 * The `s3` command: run, test, list, config, doctor, report.
 *
 * Errors that a user can mend are told by their message alone; any other error is
 * ours, and is told with its stack. Nothing here ends the process but a second
 * Ctrl-C during a run.
 *
 * @returns the exit code: 0, 1 after an error, 130 or 143 after a run that a signal stopped
 */
export async function commandLine(options: CommandLineOptions): Promise<number> {
  const context: CommandContext = { ...options, recipes: options.recipes.map(recipeEntry), color: showsColor(options.stdout) };
  let exitCode = 0;
  const program = makeProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await checkCommand(program, options.argv);
    await program.parseAsync([...options.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const { errorText } = await import('./error-text.ts');
    options.stderr.write(`${errorText(error, showsColor(options.stderr))}\n`);
    return 1;
  }
}

function makeProgram(context: CommandContext, finish: (code: number) => void): Command {
  const { stdout, stderr, version = 'unknown' } = context;
  const example = context.recipes[0]?.name ?? 'RECIPE';
  const errorColors = createColors(showsColor(stderr));
  const program = new Command('s3')
    .description('Trains and compares speech representations.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain this command')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(errorColors.red(text)),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
s3 COMMAND --help explains a command, s3 run RECIPE --help every setting of a recipe.

Examples:
  s3 list
  s3 config ${example} > settings.yaml
  s3 run ${example} --config settings.yaml --targetDir exp/${example}`,
    );
  const manyTimes = (flags: string, description: string) =>
    new Option(flags, description).argParser((value: string, values: readonly string[] = []) => [...values, value]);
  const withJson = (command: Command) => command.option('--json', 'print the result as JSON');
  const withSettings = (command: Command) =>
    withJson(command)
      .argument('[recipe]', 'a name from s3 list, or the path of a module that exports a recipe as its default')
      .argument('[settings...]', 'such as --training.totalSteps 1000; they win over files')
      .addOption(manyTimes('--config <file>', 'YAML file of settings, ours or in the names of S3PRL; may be given several times'))
      .usage('<recipe> [--section.setting value ...] [options]')
      .allowUnknownOption()
      .allowExcessArguments()
      // not commander's own help: the recipe's settings come with it
      .helpOption(false)
      .option('-h, --help', "explain the command and, after a recipe's name, every setting of that recipe");

  program.commandsGroup('Recipes:');
  withJson(program.command('list').description('list the recipes')).action(async ({ json }) => {
    const { listCommand } = await import('./list-command.ts');
    listCommand(context, { json: json === true });
  });
  withSettings(program.command('run').description('run a recipe: read the corpus, train, test, report')).action(
    async (recipe: string | undefined, _settings, { config, json, help }, command: Command) => {
      if (help) return await settingsHelp(context, recipe, command);
      const { runCommand } = await import('./run-command.ts');
      finish(await runCommand(context, { recipeName: recipe, words: command.args.slice(1), files: config ?? [], json: json === true }));
    },
  );
  withSettings(program.command('sweep'))
    .summary('run a recipe with several settings, and test the best')
    .description('train a recipe with several settings, and test the one that is the best on the validation set')
    .addOption(manyTimes('--over <values>', 'a setting and its values; given several times, every combination is trained'))
    .usage('<recipe> --over section.setting=value,value,... [--section.setting value ...] [options]')
    .addHelpText(
      'after',
      `
Each run has a folder in targetDir, such as learningRate=1e-3, in which s3 run would go on with the same settings; sweep.html
there shows all. What is trained is not trained again, so values can be added later.

Example:
  s3 sweep ${example} --over optimizer.learningRate=1e-2,1e-3,1e-4 --targetDir exp/sweep`,
    )
    .action(async (recipe: string | undefined, _settings, { config, over, json, help }, command: Command) => {
      if (help) return await settingsHelp(context, recipe, command);
      const { sweepCommand } = await import('./sweep-command.ts');
      const words = command.args.slice(1);
      finish(await sweepCommand(context, { recipeName: recipe, words, files: config ?? [], over: over ?? [], json: json === true }));
    });
  withSettings(program.command('config').description("print a recipe's settings as YAML, with what each one means"))
    .option('--markdown', 'print tables of all settings, for documentation')
    .option('--dump <file>', 'write to a file instead')
    .action(async (recipe: string | undefined, _settings, { config, json, help, markdown, dump }, command: Command) => {
      if (help) return await settingsHelp(context, recipe, command);
      const { configCommand } = await import('./config-command.ts');
      await configCommand(context, recipe, command.args.slice(1), {
        files: config ?? [],
        json: json === true,
        markdown: markdown === true,
        dump,
      });
    });
  withJson(
    program.command('report').argument('<target>', 'target directory of a run').description("make a run's report.html again"),
  ).action(async (target: string, { json }) => {
    const { reportCommand } = await import('./report-command.ts');
    await reportCommand(context, target, { json: json === true });
  });
  program.commandsGroup('Trained checkpoints:');
  withJson(program.command('test'))
    .description('test a finished checkpoint again with other settings of its task')
    .argument(
      '[checkpoint]',
      'folder of a checkpoint, such as exp/asr/train/valid_best, or a zip of its run, which is unpacked beside itself',
    )
    .argument('[settings...]', 'such as --task.decoder.type beam; the others are those of the checkpoint')
    .addOption(manyTimes('--config <file>', 'YAML file of settings; may be given several times'))
    .addOption(manyTimes('--set <name>', 'test set to judge; may be given several times; all unless given'))
    .option('--name <name>', 'what the results are called; made of the settings unless given')
    .option('--recipe <recipe>', 'path of the module of its recipe, if that is one of your own')
    .usage('<checkpoint> [--task.setting value ...] [options]')
    .addHelpText(
      'after',
      `
The result is shown beside the run's own and written to TARGET/tests/NAME; nothing is trained.

Examples:
  s3 test exp/asr/train/valid_best --task.decoder.type beam --task.decoder.lm words.arpa.gz
  s3 test exp/asv/train/step_600 --task.scoring euclidean --set test_trial`,
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (checkpoint: string | undefined, _settings, { config, json, set, name, recipe }, command: Command) => {
      const { testCommand } = await import('./test-command.ts');
      const more = { files: config ?? [], json: json === true, testSets: set, name, recipe };
      finish(await testCommand(context, checkpoint, command.args.slice(1), more));
    });
  program.commandsGroup('This machine:');
  withJson(program.command('doctor').description('check this machine: versions, engines, cores, memory, disk')).action(async ({ json }) => {
    const { doctorCommand } = await import('./doctor-command.ts');
    finish(await doctorCommand(context, { json: json === true }));
  });
  program.commandsGroup('More:');
  context.addCommands?.(program);
  completeHelp(program);
  return program;
}

/** Help of the command and, where a recipe is named, of every setting. */
async function settingsHelp(context: CommandContext, recipeName: string | undefined, command: Command): Promise<void> {
  command.outputHelp();
  if (recipeName === undefined || recipeName.startsWith('-')) {
    context.stdout.write(`\nThe settings depend on the recipe: s3 ${command.name()} ${context.recipes[0]?.name ?? 'RECIPE'} --help\n`);
    return;
  }
  const [{ findRecipe }, { settingsText }] = await Promise.all([import('./find-recipe.ts'), import('./settings-text.ts')]);
  context.stdout.write(`\n${settingsText(await findRecipe(context, recipeName), context.color)}`);
}

/** @throws InputError for a command that does not exist, with the nearest and all others */
async function checkCommand(program: Command, [word]: readonly string[]): Promise<void> {
  const names = program.commands.map((command) => command.name());
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const { unknownName } = await import('./unknown-name.ts');
  throw unknownName('command', word, names, 'Say s3 --help for what each one does.');
}

function recipeEntry(recipe: RecipeEntry | AnyRecipe): RecipeEntry {
  return 'load' in recipe ? recipe : { name: recipe.name, summary: recipe.summary, load: async () => recipe };
}
