import type { EngineName } from '@s3/interface';
import type { Command } from 'commander';

/** What a command that runs a benchmark was told, beside settings for the recipes. */
export interface BenchmarkOptions {
  readonly targetDir: string;
  readonly tasks?: readonly string[];
  readonly engine: EngineName;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @param tasks what `--tasks` takes, such as `such as KS,SID` */
export function addBenchmarkOptions(command: Command, tasks: string): Command {
  return command
    .requiredOption('--targetDir <folder>', 'folder for all runs and the tables; what is finished there is not run again')
    .option('--tasks <names>', `only these, ${tasks}`, (text: string) => text.split(',').map((task) => task.trim()))
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .option('--dryRun, --dry-run', 'say what would be run, where, with which settings, and what is there already; touch nothing')
    .option('--json', 'print the result as JSON')
    .allowUnknownOption()
    .allowExcessArguments();
}
