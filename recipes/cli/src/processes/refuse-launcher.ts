import { InputError } from '@s3/interface';
import type { Launch } from '@s3/mpi/launch';

/** Commands that processes share, and those that only say something. */
const allowed = ['run', 'sweep', 'test', 'embed', 'dump', 'list', 'config', 'doctor', 'engine'];

/**
 * Refuses a command that several processes would each do in full, onto the same files and the same screen.
 *
 * @throws InputError
 */
export function refuseLauncher([command]: readonly string[], launch: Launch | undefined): void {
  if (!launch || launch.size === 1 || command === undefined || command.startsWith('-') || allowed.includes(command)) return;
  throw new InputError(
    'command line',
    `s3 ${command} in ${launch.size} processes (${launch.variable})`,
    'one process: run, sweep, test, embed and dump are what processes share',
    'Leave mpirun or srun out.',
  );
}
