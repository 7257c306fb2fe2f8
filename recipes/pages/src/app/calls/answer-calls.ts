import { S3Error } from '@s3/interface';
import { type CallError, type CallsOf, type End, handedOver, type Reply, type Request } from './message.ts';

/** What a call is given beside its arguments. */
export interface CallContext<Told> {
  /** Tells the page how the call goes on. */
  readonly tell: (told: Told) => void;
  /** aborted when the page asks to end what it asked for */
  readonly signal: AbortSignal;
}

/** The same calls as the worker does them: the context comes after the arguments, all of which have to be given. */
export type Answers<Calls extends CallsOf<Calls>, Told> = {
  readonly [Name in keyof Calls]: (...args: [...Parameters<Calls[Name]>, CallContext<Told>]) => ReturnType<Calls[Name]>;
};

/** Answers the calls of a page, one after the other: a model and an engine serve one at a time. */
export function answerCalls<Calls extends CallsOf<Calls>, Told>(end: End, answers: Answers<Calls, Told>): void {
  const open = new Set<AbortController>();
  let last: Promise<unknown> = Promise.resolve();
  const reply = (message: Reply, value?: unknown) => end.postMessage(message, { transfer: handedOver([value]) });

  end.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if ('stop' in data) for (const stopping of open) stopping.abort();
    else {
      const stopping = new AbortController();
      open.add(stopping);
      last = last.then(() => answer(data, stopping.signal)).finally(() => open.delete(stopping));
    }
  });

  async function answer({ id, call, args }: Exclude<Request, { readonly stop: true }>, signal: AbortSignal): Promise<void> {
    try {
      const perform = answers[call as keyof Calls] as unknown as (...args: readonly unknown[]) => Promise<unknown>;
      const result = await perform(...args, { tell: (told: Told) => reply({ id, told }), signal });
      reply({ id, result }, result);
    } catch (error) {
      reply({ id, error: said(error) });
    }
  }
}

function said(error: unknown): CallError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), expected: false };
  return { name: error.name, message: error.message, expected: S3Error.isInstance(error) };
}
