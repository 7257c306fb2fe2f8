import { type CalledWorker, callWorker } from '../calls/call-worker.ts';
import type { TeachCalls, TeachEvent } from './protocol.ts';

/** The worker, as the page calls it. */
export type TeachComputer = CalledWorker<TeachCalls>;

/** Starts the worker. */
export function startTeachComputer(onEvent: (event: TeachEvent) => void): TeachComputer {
  const worker = new Worker(new URL('./teach-worker.js', import.meta.url), { type: 'module' });
  return callWorker<TeachCalls, TeachEvent>(worker, { onTold: onEvent });
}
