import { InputError } from '@s3/interface';
import type { Piscina } from 'piscina';
import { doWorkerJob, type Outcome, type WorkerJob } from './worker-job.ts';

/** Does batches of work, here or in other threads; answers with one outcome a request. */
export type RunWorkerJob = (job: WorkerJob) => Promise<readonly Outcome[]>;

// Shared by all datasets of a program, so that test sets do not each start threads of their own.
const pools = new Map<string, Promise<Piscina>>();

/**
 * A way to read files in `workers` threads, or in this one for 0.
 *
 * Threads start with the first job, end a minute after the last, and do not keep a program alive. Where the package
 * runs from its TypeScript source there is no file that a thread could load, and everything is read in this thread.
 *
 * @param workerFile what the threads load, `@s3/dataio/worker`; to be named only by programs that were bundled
 */
export function workerPool(workers: number, workerFile: URL | undefined = builtWorker()): RunWorkerJob {
  if (workers === 0 || !workerFile) return doWorkerJob;
  const key = `${workers} ${workerFile.href}`;
  return async (job) => {
    const pool = pools.get(key) ?? startPool(workers, workerFile);
    pools.set(key, pool);
    try {
      return (await (await pool).run(job)) as readonly Outcome[];
    } catch (cause) {
      throw crashed(job, cause);
    }
  };
}

async function startPool(workers: number, workerFile: URL): Promise<Piscina> {
  const { Piscina: Pool } = await import('piscina');
  return new Pool({ filename: workerFile.href, minThreads: 0, maxThreads: workers, idleTimeout: 60_000, execArgv: [] });
}

// the built package is one folder, whatever the folders of its sources
function builtWorker(): URL | undefined {
  return import.meta.url.endsWith('.ts') ? undefined : new URL('./worker.js', import.meta.url);
}

function crashed({ requests }: WorkerJob, cause: unknown): InputError {
  const files = requests.slice(0, 10).map((request) => request.path);
  if (requests.length > files.length) files.push(`and ${requests.length - files.length} more`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InputError(
    files.join(', '),
    `a reading thread that ended (${reason})`,
    'these files to be read',
    'Read them with workers: 0 to see which one it is and why; too little memory is another cause.',
    { cause },
  );
}
