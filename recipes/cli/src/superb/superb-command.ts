import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { addBenchmarkOptions, type BenchmarkOptions } from '../benchmark/benchmark-options.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'run'>;

/** What `s3 superb` was told, beside settings for the recipes. */
export interface SuperbCommandOptions extends BenchmarkOptions {
  readonly corpora: string;
}

/** Adds `s3 superb`: all of SUPERB whose corpora are there, for one upstream. */
export function addSuperbCommand(command: Command, program: Program): void {
  const superb = command
    .command('superb')
    .helpGroup('Recipes:')
    .summary('run every SUPERB task for one upstream, and write one table')
    .argument('[settings...]', 'for every recipe, such as --training.totalSteps 1000')
    .usage('--upstream.name <name> --corpora <file> --targetDir <folder> [--section.setting value ...]')
    .description('run every SUPERB task whose corpus is there for one upstream, and write one table beside published figures')
    .requiredOption('--corpora <file>', 'YAML file that says where the corpora are');
  addBenchmarkOptions(superb, 'such as KS,SID')
    .addHelpText(
      'after',
      `
The corpora file has a line for each corpus, relative to the file or absolute:
  LibriSpeech: {root: /data/LibriSpeech, lexicons: librispeech-lexicon.txt}   # PR, ASR; PR needs the lexicon
  SpeechCommands: /data/speech_commands                                       # KS
  QUESST14: /data/quesst14Database                                            # QbE
  VoxCeleb1: /data/VoxCeleb1                                                  # SID, ASV
  FluentSpeechCommands: /data/fluent_speech_commands_dataset                  # IC
  SNIPS: /data/SNIPS                                                          # SF
  LibriMix: /data/Libri2Mix-kaldi                                             # SD
  IEMOCAP: /data/IEMOCAP_full_release                                         # ER, the mean of its five folds
  VoiceBank: /data/noisy-vctk-16k                                             # SE of SUPERB-SG
  Libri2Mix: /data/Libri2Mix                                                  # SS of SUPERB-SG, with wav16k/min
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
