import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withInstallLock } from './install-lock.ts';
import { runProgram } from './run-program.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 's3-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const file = () => join(directory, 'install.lock');

test('one at a time, the others wait', async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} starts`);
    await wait(50);
    events.push(`${name} ends`);
    return name;
  };
  const results = ['a', 'b', 'c'].map((name) => withInstallLock(directory, work(name), () => events.push('waits')));
  expect((await Promise.all(results)).sort()).toEqual(['a', 'b', 'c']);
  const turns = events.filter((event) => event !== 'waits');
  for (let turn = 0; turn < 6; turn += 2) expect(turns[turn + 1]).toBe(turns[turn]!.replace('starts', 'ends'));
  expect(events.filter((event) => event === 'waits').length).toBe(2);
  expect(readdirSync(directory)).toEqual([]);
});

test('is given back when the work fails', async () => {
  await expect(withInstallLock(directory, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file())).toBe(false);
});

test('what a process of this machine left behind is taken over at once', async () => {
  const { output } = await runProgram(process.execPath, ['-p', 'process.pid']);
  writeFileSync(file(), JSON.stringify({ process: Number(output), host: hostname() }));
  let waits = false;
  expect(
    await withInstallLock(
      directory,
      async () => 'done',
      () => (waits = true),
    ),
  ).toBe('done');
  expect(waits).toBe(false);
});

test("another machine's is respected, until it has not been renewed for a minute", async () => {
  writeFileSync(file(), JSON.stringify({ process: 1, host: 'another' }));
  let waits = false;
  const done = withInstallLock(
    directory,
    async () => 'done',
    () => {
      waits = true;
    },
  );
  expect(await Promise.race([done, wait(300, 'still waiting')])).toBe('still waiting');
  expect(waits).toBe(true);
  const old = new Date(Date.now() - 61_000);
  utimesSync(file(), old, old);
  expect(await done).toBe('done');
});
