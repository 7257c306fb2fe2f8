/** What a page and its worker say to each other: a page calls, the worker tells how it goes on, and answers. */
export type Request =
  | { readonly id: number; readonly call: string; readonly args: readonly unknown[] }
  /** ends what was asked for and is not yet answered, where it can be ended early */
  | { readonly stop: true };

export type Reply =
  | { readonly id: number; readonly told: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: CallError };

export interface CallError {
  /** such as `InputError` */
  readonly name: string;
  readonly message: string;
  /** whether the message is for the user; otherwise something is wrong in the page */
  readonly expected: boolean;
}

/** One end of the way between them: a worker as its page has it, the worker's own scope, or a port. */
export interface End {
  readonly postMessage: (message: unknown, options: { transfer: Transferable[] }) => void;
  readonly addEventListener: (type: 'message', listener: (event: MessageEvent) => void) => void;
}

/** Calls by name, as both sides know them. Results are what can be cloned. */
export type CallsOf<Calls> = { readonly [Name in keyof Calls]: (...args: never[]) => Promise<unknown> };

const handed = new WeakMap<object, Transferable[]>();

/** Marks an argument or a result: these buffers in it go to the other side, and are no longer here. Others are copied. */
export function handOver<Value extends object>(value: Value, buffers: Transferable[]): Value {
  handed.set(value, buffers);
  return value;
}

/** The buffers that go with these values. */
export const handedOver = (values: readonly unknown[]): Transferable[] =>
  values.flatMap((value) => (typeof value === 'object' && value !== null ? (handed.get(value) ?? []) : []));
