import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { jsonLinesObserver, readLog, truncateLog } from './json-lines-observer.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 's3-log-'));
  file = join(dir, 'train', 'log.jsonl');
});

const entry = (step: number) => ({ split: 'train', step, epoch: 0, log: { loss: step / 10 } }) as const;
const observer = () => jsonLinesObserver(file, { now: () => 0 });

test('one line of JSON for each entry, there as soon as it is logged', () => {
  const log = observer();
  log.logged!(entry(10));
  expect(readFileSync(file, 'utf8')).toBe('{"time":"1970-01-01T00:00:00.000Z","split":"train","step":10,"epoch":0,"loss":1}\n');
  log.logged!({ split: 'test', testSet: 'o', step: 10, epoch: 0, log: { eer: Number.NaN, step: 99 } });
  expect(readFileSync(file, 'utf8').split('\n')[1]).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","split":"test","testSet":"o","step":10,"epoch":0,"eer":null}',
  );
});

test('a resumed run adds to what is there, also after a torn line', async () => {
  observer().logged!(entry(10));
  observer().logged!(entry(20));
  writeFileSync(file, '{"time":"x","split":"tr', { flag: 'a' });
  observer().logged!(entry(30));
  expect((await readLog(file)).map(({ step }) => step)).toEqual([10, 20, 30]);
  expect((await readLog(file))[2]).toEqual(entry(30));
});

test('entries after the resumed step and a torn line go', async () => {
  const log = observer();
  for (const step of [10, 20, 30, 40]) log.logged!(entry(step));
  writeFileSync(file, '{"time":"x","split":"train","step":1', { flag: 'a' });
  await truncateLog(file, 20);
  expect((await readLog(file)).map(({ step }) => step)).toEqual([10, 20]);
  expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
  expect(readdirSync(join(dir, 'train'))).toEqual(['log.jsonl']);
});

test('a log without later entries is left alone, a missing one is no error', async () => {
  observer().logged!(entry(10));
  const before = statSync(file).ino;
  await truncateLog(file, 10);
  expect(statSync(file).ino).toBe(before);
  await truncateLog(join(dir, 'nothing.jsonl'), 3);
  expect(await readLog(join(dir, 'nothing.jsonl'))).toEqual([]);
});

test('null reads as NaN', async () => {
  observer().logged!({ split: 'valid', step: 1, epoch: 2, log: { loss: Number.POSITIVE_INFINITY } });
  expect(await readLog(file)).toEqual([{ split: 'valid', step: 1, epoch: 2, log: { loss: Number.NaN } }]);
});
