import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Communicator } from '@s3/interface';
import { type Launch, launchOf } from '@s3/mpi/launch';

/** Joins the processes that mpirun or srun started together with this one; undefined where it was started alone. */
export async function connectProcesses(): Promise<Communicator | undefined> {
  const launch = launchOf();
  if (!launch || launch.size === 1) return undefined;
  shareCores(launch);
  const { connectMpi } = await import('@s3/mpi');
  try {
    return await connectMpi({ launch });
  } catch (error) {
    // the first tells it, and the launcher ends the others meanwhile
    if (launch.rank > 0) await sleep(1000);
    throw error;
  }
}

/** Threads of the engine that is to be started, and of readers: processes on one machine would else each take all of its cores. */
function shareCores({ localSize = 1, rank }: Launch): void {
  const allowed = availableParallelism();
  const share = (cores: number) => Math.max(1, Math.floor(cores / localSize));
  // Open MPI gives two processes a core each, however many there are
  const isBound = process.env['OMPI_MCA_orte_bound_at_launch'] === '1';
  const fair = share(isBound ? cpus().length : allowed);
  if (rank === 0 && allowed < fair) {
    process.stderr.write(`mpirun keeps each process on ${allowed} of ${cpus().length} cores; mpirun --bind-to none lets it use ${fair}\n`);
  }
  const cores = String(Math.min(allowed, fair));
  for (const name of ['TF_NUM_INTRAOP_THREADS', 'OMP_NUM_THREADS', 'S3_CORES']) process.env[name] ??= cores;
}
