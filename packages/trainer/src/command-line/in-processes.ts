import { setTimeout as sleep } from 'node:timers/promises';
import type { Communicator } from '@s3/interface';
import type { TextStream } from '../observers/terminal-observer.ts';
import type { CommandLineOptions } from './command-context.ts';
import { showsColor } from './shows-color.ts';

const silent: TextStream = { write: () => true };

/**
 * Carries a command out in the processes that were started together, or in this one where it is alone.
 *
 * Of several processes the first alone prints; an error in any of them ends all, told once with the number of the process.
 *
 * @param work is given the program to print with, and the processes where there are several; answers the exit code
 */
export async function inProcesses<Program extends Pick<CommandLineOptions, 'stdout' | 'stderr' | 'connectProcesses'>>(
  program: Program,
  work: (program: Program, communicator?: Communicator) => Promise<number>,
): Promise<number> {
  const communicator = await program.connectProcesses?.();
  if (!communicator) return work(program);
  try {
    const exitCode = await work(communicator.rank === 0 ? program : { ...program, stdout: silent, stderr: silent }, communicator);
    await communicator.close();
    return exitCode;
  } catch (error) {
    // what concerns all is told once, by the first, which ends the others meanwhile
    if (communicator.rank > 0) await sleep(1000);
    const { errorText } = await import('./error-text.ts');
    program.stderr.write(`process ${communicator.rank} of ${communicator.size}: ${errorText(error, showsColor(program.stderr))}\n`);
    communicator.abort(1);
    return 1;
  }
}
