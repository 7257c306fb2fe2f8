import { ToldError } from '../computer.ts';
import type { TeachCalls, TeachEvent, TeachReply, TeachRequest } from './protocol.ts';

/** The worker, as the page calls it. */
export interface TeachComputer extends TeachCalls {
  /** Ends the training that goes on. */
  readonly stop: () => void;
}

/** Starts the worker. */
export function startTeachComputer(onEvent: (event: TeachEvent) => void): TeachComputer {
  const worker = new Worker(new URL('./teach-worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let count = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<TeachReply>) => {
    if ('event' in data) return onEvent(data.event);
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if ('result' in data) caller?.resolve(data.result);
    else caller?.reject(data.error.expected ? new ToldError(data.error.message) : new Error(data.error.message));
  });
  // a script that does not load, or memory that is used up, answers no call
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'its program did not load'));
    waiting.clear();
  });
  const send = (request: TeachRequest) => worker.postMessage(request);
  return new Proxy({} as TeachComputer, {
    get: (_, name: string) => {
      // what is awaited is asked whether it is a promise
      if (name === 'then') return undefined;
      if (name === 'stop') return () => send({ stop: true });
      return (...args: readonly unknown[]) =>
        new Promise((resolve, reject) => {
          const id = count++;
          waiting.set(id, { resolve, reject });
          send({ id, call: name as keyof TeachCalls, args });
        });
    },
  });
}
