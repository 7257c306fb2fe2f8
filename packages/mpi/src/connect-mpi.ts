import { Worker } from 'node:worker_threads';
import { type Communicator, InputError } from '@s3/interface';
import { type Launch, launchOf } from './launch.ts';
import { openMpiLibrary } from './mpi-library.ts';
import { calmUcx } from './ucx.ts';
import type { WorkerAnswer, WorkerCall, WorkerLaunch } from './worker-call.ts';

/** Which MPI is loaded. */
export interface ConnectMpiOptions {
  /** how this process was started; read from the environment unless given */
  readonly launch?: Launch;
  /** what the thread that calls MPI loads, `worker.js` beside this module; to be named only by programs that were bundled */
  readonly workerFile?: URL;
}

/**
 * Joins the processes that mpirun, mpiexec or srun started with this one.
 *
 * Open MPI 4 and 5 and whatever has MPICH's ABI (MPICH, Intel MPI, MVAPICH) are found when the program runs; nothing is
 * compiled. Once per process: MPI cannot be started again after `close`.
 *
 * @throws InputError when this process was not started by a launcher, there is no MPI library that fits the launcher,
 *   or the library finds other processes than the launcher says
 */
export async function connectMpi({
  launch = launchOf(),
  workerFile = new URL('./worker.js', import.meta.url),
}: ConnectMpiOptions = {}): Promise<Communicator> {
  if (!launch) {
    throw new InputError(
      'MPI',
      'no launcher that started this process',
      'mpirun, mpiexec or srun',
      'Start the program as `mpirun -np 4 npx s3 run ...`, or without MPI in one process.',
    );
  }
  calmUcx();
  // here too: its errors are told at once, and ending all processes must not wait for the thread, which may be waiting
  const library = openMpiLibrary(launch);
  const workerData: WorkerLaunch = { variable: launch.variable, ...(launch.flavor && { flavor: launch.flavor }) };
  const worker = new Worker(workerFile, { workerData, execArgv: [] });
  const waiting: { readonly answered: (answer: WorkerAnswer) => void; readonly failed: (error: Error) => void }[] = [];
  worker.on('message', (answer: WorkerAnswer) => void waiting.shift()!.answered(answer));
  worker.on('error', (error) => {
    for (const { failed } of waiting.splice(0)) failed(error);
  });

  const answer = () => new Promise<WorkerAnswer>((answered, failed) => void waiting.push({ answered, failed }));
  const call = (message: WorkerCall): Promise<WorkerAnswer> => {
    worker.postMessage(message);
    return answer();
  };

  const { rank, size } = (await answer()) as WorkerAnswer & { readonly kind: 'started' };
  if (size !== launch.size) {
    throw new InputError(
      `MPI (${library.version})`,
      `${size} process${size === 1 ? '' : 'es'}`,
      `${launch.size}, which ${launch.variable} says were started`,
      'The library belongs to another launcher: name the right one in S3_MPI_LIBRARY, or use the mpirun that comes with this one.',
    );
  }
  return {
    rank,
    size,
    async sum(values) {
      const summed = await call({ kind: 'sum', values });
      if (summed.kind === 'values') values.set(summed.values);
    },
    async gather(bytes) {
      const { all } = (await call({ kind: 'gather', bytes })) as WorkerAnswer & { readonly kind: 'bytes' };
      return rank === 0 ? all : undefined;
    },
    async broadcast(bytes) {
      const { all } = (await call({ kind: 'broadcast', bytes })) as WorkerAnswer & { readonly kind: 'bytes' };
      return all[0]!;
    },
    abort: (exitCode) => library.abort(exitCode),
    async close() {
      await call({ kind: 'close' });
      await worker.terminate();
    },
  };
}
