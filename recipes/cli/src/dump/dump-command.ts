import type { EngineName } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, Option } from 'commander';
import { recipeOption } from '../checkpoint/checkpoint-recipe.ts';
import { natural, positive, shardOf } from '../option-values.ts';

type Program = Pick<CommandLineOptions, 'argv' | 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'connectProcesses'>;

/** What `s3 dump` was told. */
export interface DumpCommandOptions {
  readonly 'upstream.name'?: string;
  readonly 'upstream.path'?: string;
  readonly 'upstream.normalize'?: boolean;
  readonly 'upstream.offline'?: boolean;
  readonly checkpoint?: string;
  readonly recipe?: string;
  readonly out: string;
  readonly content: 'hidden-states' | 'featurized' | 'means';
  readonly layers?: readonly number[];
  readonly format: 'npz' | 'npy' | 'safetensors';
  readonly compress?: boolean;
  readonly shard: { readonly index: number; readonly count: number };
  readonly processes: number;
  readonly workers?: number;
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** Adds `s3 dump`: what an upstream hears, as files for NumPy, PyTorch or any later stage. */
export function addDumpCommand(command: Command, program: Program): void {
  command
    .command('dump')
    .helpGroup('Encoders, data and scores:')
    .summary("write an encoder's hidden states to files for NumPy and PyTorch")
    .argument('<inputs...>', 'audio files; or one csv file: id, wav_path and, where only a part is meant, start_sec, end_sec')
    .description("write a speech encoder's hidden states to files for NumPy and PyTorch, one file per utterance")
    .option('--upstream.name <name>', 'one of s3 upstream list')
    .option('--upstream.path <folder>', 'checkpoint of a pretrained upstream: a folder in Hugging Face layout, or an id on the hub')
    .option('--upstream.normalize', 'normalize each frame of each hidden state to mean 0 and variance 1')
    .option('--upstream.offline', 'use what is cached, ask nobody')
    .option('--checkpoint <folder>', 'instead: the upstream of a checkpoint, and for --content featurized its featurizer')
    .addOption(recipeOption())
    .requiredOption('--out <folder>', 'where the files go; what is there already is not made again')
    .addOption(
      new Option('--content <what>', "all hidden states, the featurizer's weighted sum of them, or the mean of each layer over time")
        .choices(['hidden-states', 'featurized', 'means'])
        .default('hidden-states'),
    )
    .option('--layers <ids>', 'layers to keep, from 0, such as 0,6,12; all unless given', numbers)
    .addOption(new Option('--format <format>', 'of the files').choices(['npz', 'npy', 'safetensors']).default('npz'))
    .option('--compress', 'compress npz files')
    .addOption(
      new Option('--shard <which/of>', 'make one share only, counted from 1: 2/8 in the second of eight processes; not needed under mpirun')
        .argParser(shardOf)
        .default({ index: 0, count: 1 }, 'everything'),
    )
    .option('--processes <count>', 'processes to share the work on this machine', positive, 1)
    .option('--workers <count>', 'threads that read and decode audio; one less than the cores unless given', natural)
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The files of an utterance hold float32 arrays:
  hidden-states  hidden_states (layers, frames, features); hidden_states_0, ... where layers differ in frames or features
  featurized     features (frames, features)
  means          means (layers, features)
Ids are those of the csv file, or the paths of the files below the folder that they share. A file appears whole or not at
all, so a dump that was stopped goes on when the same command is given again; the number of shards may be another one then.
dump.json says what the features are; manifest.csv, written when all is there, has id, file, size and axes of each utterance.

Examples:
  s3 dump --upstream.name fbank --out features *.wav
  s3 dump --upstream.name hubert_base --layers 6,9 --format npy --out features utterances.csv
  s3 dump --checkpoint exp/ks/train/step_600 --content featurized --out features utterances.csv
  python -c "import numpy; print(numpy.load('features/a.npz')['hidden_states'].shape)"`,
    )
    .action(async (inputs: readonly string[], options: DumpCommandOptions) => {
      const [{ dumpFeatures }, { dumpInProcesses }] = await Promise.all([import('./dump-features.ts'), import('./dump-in-processes.ts')]);
      await (options.processes > 1 ? dumpInProcesses : dumpFeatures)(inputs, options, program);
    });
}

function numbers(text: string): number[] {
  return text.split(',').map(natural);
}
