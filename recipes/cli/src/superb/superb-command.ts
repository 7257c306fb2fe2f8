import type { EngineName } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'run'>;

/** What `s3 superb` was told, beside settings for the recipes. */
export interface SuperbCommandOptions {
  readonly corpora: string;
  readonly targetDir: string;
  readonly tasks?: readonly string[];
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** Adds `s3 superb`: all of SUPERB whose corpora are there, for one upstream. */
export function addSuperbCommand(command: Command, program: Program): void {
  command
    .command('superb')
    .helpGroup('Recipes:')
    .summary('run every SUPERB task for one upstream, and write one table')
    .argument('[settings...]', 'for every recipe, such as --training.totalSteps 1000')
    .usage('--upstream.name <name> --corpora <file> --targetDir <folder> [--section.setting value ...]')
    .description('run every SUPERB task whose corpus is there for one upstream, and write one table beside published figures')
    .requiredOption('--corpora <file>', 'YAML file that says where the corpora are')
    .requiredOption('--targetDir <folder>', 'folder for all runs and the table; what is finished there is not run again')
    .option('--tasks <names>', 'only these, such as KS,SID', (text: string) =>
      text
        .toUpperCase()
        .split(',')
        .map((task) => task.trim()),
    )
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .option('--json', 'print the result as JSON')
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
The corpora file has a line for each corpus, relative to the file or absolute:
  LibriSpeech: {root: /data/LibriSpeech, lexicons: librispeech-lexicon.txt}   # PR, ASR; PR needs the lexicon
  SpeechCommands: /data/speech_commands                                       # KS
  VoxCeleb1: /data/VoxCeleb1                                                  # SID, ASV
  FluentSpeechCommands: /data/fluent_speech_commands_dataset                  # IC
  SNIPS: /data/SNIPS                                                          # SF
  LibriMix: /data/Libri2Mix-kaldi                                             # SD
  IEMOCAP: /data/IEMOCAP_full_release                                         # ER, the mean of its five folds
A recipe's name takes settings of any section instead, csv files say:
  superb-ks: {corpus: {train: train.csv, valid: valid.csv, tests: test.csv}, training: {totalSteps: 600}}

Each task has a folder of its own, in which s3 run would go on with the same settings. superb.md and superb.html are written
anew after each run. A run that fails is told, and the others are made.

Example:
  s3 superb --upstream.name hubert_base --corpora corpora.yaml --targetDir exp/superb/hubert_base`,
    )
    .action(async (_settings, options: SuperbCommandOptions, { args }: Command) => {
      await (await import('./run-superb.ts')).runSuperb(args, options, program);
    });
}
