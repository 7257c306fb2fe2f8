import { selectEngine } from '@s3/engine';
import { type CommandLineOptions, commandLine } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { recipes } from './recipes.ts';

/** What a command did and wrote. */
export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the s3 command in this process.
 *
 * @param add adds the commands that are tried
 * @param options what differs from the command that people type
 */
export async function runCommand(
  argv: readonly string[],
  add: (command: Command, program: CommandLineOptions) => void,
  options: Partial<CommandLineOptions> = {},
): Promise<CommandRun> {
  const written = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const program: CommandLineOptions = {
    argv,
    recipes,
    selectEngine,
    stdout: into('stdout'),
    stderr: into('stderr'),
    ...options,
    addCommands: (command) => add(command, program),
  };
  return { code: await commandLine(program), ...written };
}
