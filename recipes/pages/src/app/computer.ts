import { type CalledWorker, callWorker } from './calls/call-worker.ts';
import type { CallProgress, Calls } from './protocol.ts';

/** The worker, as the page calls it. */
export type Computer = CalledWorker<Calls>;

/** Starts the worker. */
export function startComputer(onProgress: (progress: CallProgress | undefined) => void): Computer {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return callWorker<Calls, CallProgress>(worker, { onTold: onProgress, onIdle: () => onProgress(undefined) });
}
