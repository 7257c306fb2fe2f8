import type { EngineName } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { recipeOption } from '../checkpoint/checkpoint-recipe.ts';
import { natural, positive, shardOf } from '../option-values.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'connectProcesses'>;

/** What `s3 embed` was told. */
export interface EmbedCommandOptions {
  readonly out: string;
  readonly segments?: number;
  readonly segmentSeconds: number;
  readonly average?: boolean;
  readonly normalize?: boolean;
  readonly batchSize: number;
  readonly partSize: number;
  readonly shard: { readonly index: number; readonly count: number };
  readonly workers?: number;
  readonly engine: EngineName;
  readonly recipe?: string;
  readonly json?: boolean;
}

/** Adds `s3 embed`: the speaker embeddings of utterances, as files for NumPy and `s3 score asv`. */
export function addEmbedCommand(command: Command, program: Program): void {
  command
    .command('embed')
    .helpGroup('Trained checkpoints:')
    .summary('write the speaker embedding of every utterance to npz files')
    .argument('<checkpoint>', 'folder of a checkpoint of a speaker recipe, such as exp/spk/train/valid_best')
    .argument('<inputs...>', 'audio files; or one csv file: id, wav_path; or trials, id1, id2, wav_path1, wav_path2')
    .description('write the speaker embedding of every utterance, each once, to compressed npz files')
    .requiredOption('--out <folder>', 'where the files go; what is there already is not made again')
    .option('--segments <count>', 'embed so many pieces of each utterance, evenly spaced; whole utterances unless given', positive)
    .option('--segmentSeconds <seconds>', 'length of a piece; shorter utterances are repeated', seconds, 3)
    .option('--average', 'the mean over the pieces of an utterance instead of all of them')
    .option('--normalize', 'embeddings of length 1; calibration wants them as they are')
    .option('--batchSize <count>', 'utterances embedded together, those of like length', positive, 8)
    .option(
      '--partSize <count>',
      'utterances in a file; what is in an unfinished file when the command is stopped is made again',
      positive,
      500,
    )
    .addOption(
      new Option('--shard <which/of>', 'make one share only, counted from 1: 2/8 in the second of eight processes; not needed under mpirun')
        .argParser(shardOf)
        .default({ index: 0, count: 1 }, 'everything'),
    )
    .option('--workers <count>', 'threads that read and decode audio; one less than the cores unless given', natural)
    .addOption(recipeOption())
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The files hold an array (segments, features) for each utterance, under its id. A file appears whole or not at all, so what was
stopped goes on when the same command is given again. embed.json says what made the embeddings; manifest.csv, written when all
shares are there, has id, file, segments, features and seconds of each utterance.

Examples:
  s3 embed exp/spk/train/valid_best --out embeddings trials.csv
  s3 embed exp/spk/train/valid_best --out cohort --segments 4 --segmentSeconds 8 --average --shard 1/2 train.csv
  python -c "import numpy, glob; print({k: v.shape for f in glob.glob('embeddings/*.npz') for k, v in numpy.load(f).items()})"`,
    )
    .action(async (checkpoint: string, inputs: readonly string[], options: EmbedCommandOptions) => {
      const { embedUtterances } = await import('./embed-utterances.ts');
      await embedUtterances(checkpoint, inputs, options, program);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It has to be a number above 0.');
}
