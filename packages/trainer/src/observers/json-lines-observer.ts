import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../files/replace-file.ts';
import type { LogEntry, RunObserver } from './observer.ts';

/**
 * Appends each logged entry to a file as one line of JSON: `{time, split, testSet?, step, epoch, ...log}`.
 *
 * `time` is ISO 8601. Values that are not finite become null, as JSON has none.
 *
 * @param options.now milliseconds since 1970; a clock for tests
 */
export function jsonLinesObserver(file: string, options: { readonly now?: () => number } = {}): RunObserver {
  const { now = Date.now } = options;
  let begun = false;
  return {
    logged({ split, testSet, step, epoch, log }) {
      if (!begun) mkdirSync(dirname(file), { recursive: true });
      // a line that a kill left torn must not swallow the first new one
      const start = !begun && endsTorn(file) ? '\n' : '';
      begun = true;
      const head = { time: new Date(now()).toISOString(), split, ...(testSet === undefined ? {} : { testSet }), step, epoch };
      // the head comes first for the eye, and last so that no metric of the same name replaces it
      appendFileSync(file, `${start}${JSON.stringify({ ...head, ...log, ...head })}\n`);
    },
  };
}

function endsTorn(file: string): boolean {
  const descriptor = openSync(file, 'a+');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return false;
    const last = new Uint8Array(1);
    readSync(descriptor, last, 0, 1, size - 1);
    return last[0] !== 0x0a;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The entries of a log file, oldest first; null values come back as NaN, lines that cannot be read are left out.
 *
 * @returns none when there is no such file
 */
export async function readLog(file: string): Promise<readonly LogEntry[]> {
  return (await readLines(file)).flatMap((line) => parseEntry(line) ?? []);
}

/**
 * Removes the entries after a step, which a resumed run logs anew; a line that a kill left torn goes too.
 *
 * The file changes whole or not at all. Nothing happens when there is no such file.
 *
 * @param step optimizer steps of the checkpoint gone on from; its own entries stay
 */
export async function truncateLog(file: string, step: number): Promise<void> {
  const lines = await readLines(file);
  const kept = lines.filter((line) => {
    const entry = parseEntry(line);
    return entry !== undefined && entry.step <= step;
  });
  if (kept.length < lines.length) await replaceFile(file, kept.map((line) => `${line}\n`).join(''));
}

async function readLines(file: string): Promise<string[]> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return content.split('\n').filter((line) => line.trim() !== '');
}

function parseEntry(line: string): LogEntry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { time: _, split, testSet, step, epoch, ...metrics } = parsed as { readonly [key: string]: unknown };
  if ((split !== 'train' && split !== 'valid' && split !== 'test') || typeof step !== 'number') return undefined;
  const log: { [metric: string]: number } = {};
  for (const [metric, value] of Object.entries(metrics)) {
    if (typeof value === 'number') log[metric] = value;
    else if (value === null) log[metric] = Number.NaN;
  }
  return { split, ...(typeof testSet === 'string' ? { testSet } : {}), step, epoch: typeof epoch === 'number' ? epoch : 0, log };
}
