import { InputError } from '@s3/interface';
import { afterEach, expect, test } from 'vitest';
import { answerCalls, type CallContext } from './answer-calls.ts';
import { callWorker } from './call-worker.ts';
import { type End, handOver } from './message.ts';
import { ToldError } from './told-error.ts';

interface Calls {
  add(one: number, other: number): Promise<number>;
  wait(name: string): Promise<string>;
  refuse(): Promise<void>;
  fail(): Promise<void>;
  length(samples: Float32Array): Promise<number>;
  samples(): Promise<{ readonly samples: Float32Array }>;
  unsendable(): Promise<unknown>;
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Both sides, as they are when they run in two threads. */
function bothSides() {
  const { port1, port2 } = new MessageChannel();
  const made = Float32Array.of(1, 2, 3);
  const began: string[] = [];
  answerCalls<Calls, string>(port2 as End, {
    add: async (one, other) => one + other,
    async wait(name, { tell, signal }: CallContext<string>) {
      began.push(name);
      tell(`${name} began`);
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
      return `${name} ended`;
    },
    async refuse() {
      throw new InputError('a.wav', 'nothing', 'a recording', 'Choose another.');
    },
    async fail() {
      throw new TypeError('x is undefined');
    },
    length: async (samples) => samples.length,
    samples: async () => handOver({ samples: made }, [made.buffer as ArrayBuffer]),
    unsendable: async () => () => 1,
  });
  for (const port of [port1, port2]) {
    port.start();
    ports.push(port);
  }
  const heard: string[] = [];
  const worker = port1 as End & Pick<EventTarget, 'addEventListener'>;
  const called = callWorker<Calls, string>(worker, { onTold: (told) => heard.push(told), onIdle: () => heard.push('idle') });
  return { called, heard, began, made, port: port1 };
}

test('calls are answered one after the other, and what goes on is told before the answer', async () => {
  const { called, heard, began } = bothSides();
  const answered: unknown[] = [];
  const asked = [called.wait('first'), called.wait('second'), called.add(2, 3)];
  for (const each of asked) void each.then((answer) => answered.push(answer));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([began, answered]).toEqual([['first'], []]);
  called.stop();
  expect(await Promise.all(asked)).toEqual(['first ended', 'second ended', 5]);
  expect(heard).toEqual(['first began', 'second began', 'idle']);
  // what is asked for afterwards is not stopped
  const later = called.wait('later');
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(heard).toEqual(['first began', 'second began', 'idle', 'later began']);
  called.stop();
  await later;
});

test('errors keep their kind: words for the user, or a fault of the page', async () => {
  const { called } = bothSides();
  const [refused, failed, unsendable] = await Promise.allSettled([called.refuse(), called.fail(), called.unsendable()]);
  const reason = (outcome: PromiseSettledResult<unknown>) => (outcome as PromiseRejectedResult).reason as unknown;
  expect(reason(refused)).toBeInstanceOf(ToldError);
  expect(reason(refused)).toMatchObject({ kind: 'InputError', message: 'a.wav: found nothing; expected a recording. Choose another.' });
  expect(reason(failed)).not.toBeInstanceOf(ToldError);
  expect(reason(failed)).toMatchObject({ message: 'x is undefined' });
  expect(String(reason(unsendable))).toMatch(/could not be cloned/);
});

test('samples are copied, and go along where they are handed over', async () => {
  const { called, made } = bothSides();
  const kept = Float32Array.of(1, 2);
  expect(await called.length(kept)).toBe(2);
  expect(kept.length).toBe(2);
  expect(await called.length(handOver(kept, [kept.buffer]))).toBe(2);
  expect(kept.length).toBe(0);
  expect(await called.samples()).toEqual({ samples: Float32Array.of(1, 2, 3) });
  expect(made.length).toBe(0);
});

test('a worker that ends answers all that waits for it', async () => {
  const { called, heard, port } = bothSides();
  const waiting = called.wait('first');
  port.dispatchEvent(new Event('error'));
  await expect(waiting).rejects.toThrow('its program did not load');
  expect(heard).toContain('idle');
});
