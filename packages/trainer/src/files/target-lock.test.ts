import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/toy-run.ts';
import { lockTarget } from './target-lock.ts';

const holder = (change: object) => ({ pid: process.pid, host: hostname(), birth: null, token: 'other', since: 'then', ...change });
const lockedBy = (change: object) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.lock'), JSON.stringify(holder(change)));
  return folder;
};
// above any kernel's limit of process ids
const nobody = 2 ** 22 + 1;

describe('lockTarget', () => {
  it('keeps others out until it is given back, and leaves nothing', async () => {
    const folder = temporaryFolder();
    const unlock = await lockTarget(folder);
    await expect(lockTarget(folder)).rejects.toThrow(`another run on it: process ${process.pid} on this machine`);
    expect(readdirSync(folder)).toEqual(['.lock']);
    await unlock();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockTarget(folder))();
  });

  it('lets one of many in, however often they meet at a dead lock', async () => {
    for (let meeting = 0; meeting < 50; meeting++) {
      const folder = lockedBy({ pid: nobody });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockTarget(folder)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readdirSync(folder)).toEqual(['.lock']);
    }
  });

  it('takes over where a takeover was killed', async () => {
    const folder = lockedBy({ pid: nobody });
    mkdirSync(join(folder, '.lock-takeover'));
    utimesSync(join(folder, '.lock-takeover'), 0, 0);
    await lockTarget(folder);
    expect(readdirSync(folder)).toEqual(['.lock']);
  });

  it('takes over from a dead process, and from another one that had the same pid', async () => {
    await lockTarget(lockedBy({ pid: nobody }));
    if (process.platform === 'linux') await lockTarget(lockedBy({ birth: 'earlier/1' }));
  });

  it('takes over a torn lock', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.lock'), '{"pid": 1');
    await lockTarget(folder);
    expect(JSON.parse(readFileSync(join(folder, '.lock'), 'utf8')).pid).toBe(process.pid);
  });

  it('believes a living process and another machine', async () => {
    await expect(lockTarget(lockedBy({}))).rejects.toThrow(/another run/);
    const folder = lockedBy({ pid: nobody, host: 'elsewhere' });
    await expect(lockTarget(folder)).rejects.toThrow(`process ${nobody} on machine elsewhere, since then`);
    await expect(lockTarget(folder)).rejects.toThrow(`if it is dead, remove ${join(folder, '.lock')}`);
  });
});
