import { availableParallelism } from 'node:os';

/** Cores that this process may take: `S3_CORES` where a launcher's processes share a machine, else all that the system allows it. */
export function availableCores(): number {
  return Number(process.env['S3_CORES']) || availableParallelism();
}
