import type { CallProgress, Calls, Reply, Request } from './protocol.ts';

/** The worker, as the page calls it. */
export type Computer = Calls;

/** A failure that the user is told in words that were made for them. */
export class ToldError extends Error {}

/** Starts the worker. */
export function startComputer(onProgress: (progress: CallProgress | undefined) => void): Computer {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let calls = 0;

  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if ('progress' in data) return onProgress(data.progress);
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if (waiting.size === 0) onProgress(undefined);
    if ('result' in data) caller?.resolve(data.result);
    else caller?.reject(data.error.expected ? new ToldError(data.error.message) : new Error(data.error.message));
  });
  // a script that does not load, or memory that is used up, answers no call
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Error(event.message || 'its program did not load'));
    waiting.clear();
    onProgress(undefined);
  });

  const call =
    (name: keyof Calls) =>
    (...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const id = calls++;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, call: name, args } satisfies Request);
      });
  return { open: call('open'), inspect: call('inspect'), predict: call('predict'), scores: call('scores') } as unknown as Computer;
}

/** What is told to the user of an error. */
export function wordsFor(error: unknown): string {
  if (error instanceof ToldError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `Something went wrong in this page, not by your doing: ${message}. What you chose or recorded is still here; try again, or load the page anew.`;
}
