import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type EventContent, eventRecord } from './event-record.ts';
import type { LogEntry, RunObserver } from './observer.ts';

/**
 * Writes what is logged as an event file that TensorBoard reads, begun with the first entry.
 *
 * Tags are S3PRL's, `train-loss` and `valid-loss`; test sets come as `test-NAME-eer`. A run
 * that goes on where another stopped takes back what that one wrote for later steps.
 *
 * @param dir the folder of the event files, S3PRL's `train/tb`
 * @param options.now milliseconds since 1970; a clock for tests
 */
export function tensorBoardObserver(dir: string, options: { readonly now?: () => number; readonly host?: string } = {}): RunObserver {
  const { now = Date.now, host = hostname() } = options;
  let file: number | undefined;
  let closed = false;

  const write = (descriptor: number, step: number, content: EventContent) => {
    const record = eventRecord(now() / 1000, step, content);
    for (let written = 0; written < record.length; ) written += writeSync(descriptor, record, written);
  };
  const open = (first: LogEntry) => {
    mkdirSync(dir, { recursive: true });
    const isResumed = readdirSync(dir).some((name) => name.includes('tfevents'));
    const seconds = String(Math.floor(now() / 1000)).padStart(10, '0');
    const name = `events.out.tfevents.${seconds}.${host.replace(/[^\w.-]/g, '-')}.${process.pid}`;
    // appended: two runs in the same second and process share a file, which readers accept
    const descriptor = openSync(join(dir, name), 'a');
    write(descriptor, 0, { fileVersion: 'brain.Event:2' });
    // results of tests are no return to their checkpoint's step; a validation made up for leaves the training values of its step
    if (isResumed && first.split !== 'test') write(descriptor, first.split === 'train' ? first.step : first.step + 1, { restarted: true });
    return descriptor;
  };

  return {
    logged(entry) {
      if (closed) return;
      file ??= open(entry);
      write(file, entry.step, { scalars: tagged(entry) });
    },
    close() {
      closed = true;
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function tagged({ split, testSet, log }: LogEntry): { readonly [tag: string]: number } {
  const prefix = testSet === undefined ? split : `${split}-${testSet}`;
  return Object.fromEntries(Object.entries(log).map(([metric, value]) => [`${prefix}-${metric}`, value]));
}
