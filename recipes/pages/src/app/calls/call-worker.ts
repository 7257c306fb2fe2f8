import { type CallsOf, type End, handedOver, type Reply, type Request } from './message.ts';
import { ToldError } from './told-error.ts';

/** A worker as its page calls it. */
export type CalledWorker<Calls> = Calls & {
  /** Ends what was asked for and is not yet answered, where it can be ended early: it answers with what it has. */
  readonly stop: () => void;
};

/** What a page hears of its worker beside the answers. */
export interface Heard<Told> {
  /** told by a call while it goes on */
  readonly onTold: (told: Told) => void;
  /** every call has been answered */
  readonly onIdle?: () => void;
}

/**
 * Calls a worker that `answerCalls`: each method of `Calls` is sent to it by its name.
 *
 * A call fails with ToldError where the message is for the user, else with Error; also when the worker's script does not load, or ends for
 * want of memory, which answers nothing.
 */
export function callWorker<Calls extends CallsOf<Calls>, Told>(
  worker: End & Pick<EventTarget, 'addEventListener'>,
  { onTold, onIdle = () => {} }: Heard<Told>,
): CalledWorker<Calls> {
  const waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let count = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    if ('told' in data) return onTold(data.told as Told);
    const caller = waiting.get(data.id);
    waiting.delete(data.id);
    if (waiting.size === 0) onIdle();
    if ('result' in data) caller?.resolve(data.result);
    else caller?.reject(data.error.expected ? new ToldError(data.error.message, data.error.name) : new Error(data.error.message));
  });
  const fail = (event: Event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Error((event as ErrorEvent).message || 'its program did not load'));
    waiting.clear();
    onIdle();
  };
  worker.addEventListener('error', fail);
  worker.addEventListener('messageerror', fail);

  const send = (request: Request, values: readonly unknown[] = []) => worker.postMessage(request, { transfer: handedOver(values) });
  const stop = () => send({ stop: true });
  return new Proxy({} as CalledWorker<Calls>, {
    get(_, call) {
      // what is awaited is asked whether it is a promise
      if (typeof call !== 'string' || call === 'then') return undefined;
      if (call === 'stop') return stop;
      return (...args: readonly unknown[]) =>
        new Promise((resolve, reject) => {
          const id = count++;
          send({ id, call, args }, args);
          waiting.set(id, { resolve, reject });
        });
    },
  });
}
