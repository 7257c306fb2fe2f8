import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { InputError } from '@s3/interface';

/** Who holds a target directory. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** tells apart two processes that had the same pid one after the other; null where the system does not say */
  readonly birth: string | null;
  readonly token: string;
  readonly since: string;
}

/**
 * Takes a target directory for this run alone, by a file `.lock` in it.
 *
 * A lock whose process is gone (killed, machine restarted) is taken over.
 *
 * @returns gives the directory back
 * @throws InputError naming the process that holds it
 */
export async function lockTarget(targetDir: string): Promise<() => Promise<void>> {
  const path = join(targetDir, '.lock');
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    birth: birthOf(process.pid),
    token: randomUUID(),
    since: new Date().toISOString(),
  };
  const aside = join(targetDir, `.lock-${own.token}`);
  // written aside and linked, so that nobody ever reads half a lock
  await writeFile(aside, JSON.stringify(own));
  try {
    for (;;) {
      if (await placed(aside, path, own)) break;
      const found = await readHolder(path);
      if (found.holder && isAlive(found.holder)) throw heldBy(targetDir, path, found.holder);
      if (found.text !== undefined) await takeAway(path, found.text);
    }
  } finally {
    await rm(aside, { force: true });
  }
  return async () => {
    if ((await readHolder(path)).holder?.token === own.token) await rm(path, { force: true });
  };
}

async function placed(aside: string, path: string, own: Holder): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // file systems without hard links
    try {
      await writeFile(path, JSON.stringify(own), { flag: 'wx' });
      return true;
    } catch (second) {
      if ((second as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw second;
    }
  }
}

/** A takeover is a matter of milliseconds; one that has lasted this long was killed. */
const takeoverMilliseconds = 5000;

/**
 * Removes a lock found dead, unless it has changed since.
 *
 * One process at a time: between looking and removing, nobody else may put a new lock in
 * the dead one's place, and only a takeover ever removes another's lock.
 */
async function takeAway(path: string, text: string): Promise<void> {
  const takeover = `${path}-takeover`;
  try {
    await mkdir(takeover);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const begun = await stat(takeover).catch(() => undefined);
    if (begun && Date.now() - begun.mtimeMs > takeoverMilliseconds) await rmdir(takeover).catch(() => undefined);
    else await setTimeout(10);
    return;
  }
  try {
    if ((await readHolder(path)).text === text) await rm(path, { force: true });
  } finally {
    await rmdir(takeover).catch(() => undefined);
  }
}

/** Text and holder of a lock; neither where there is none any more. */
async function readHolder(path: string): Promise<{ readonly text?: string; readonly holder?: Holder }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const holder = JSON.parse(text) as Holder;
    if (typeof holder.pid === 'number' && typeof holder.host === 'string') return { text, holder };
  } catch {}
  return { text };
}

function isAlive(holder: Holder): boolean {
  // nobody can ask after a process on another machine
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to another user
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.birth === null || holder.birth === birthOf(holder.pid);
}

/** Boot and start time of a process, where Linux tells them. */
function birthOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the second field is a name in brackets that may hold spaces; the start time is field 22
    const [state, ...rest] = fields.slice(fields.lastIndexOf(')') + 2).split(' ');
    // killed, but its parent has not asked for it yet
    if (state === 'Z' || state === 'X') return 'dead';
    const started = rest[18];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${started}`;
  } catch {
    return null;
  }
}

function heldBy(targetDir: string, path: string, { pid, host, since }: Holder): InputError {
  const isHere = host === hostname();
  return new InputError(
    `targetDir ${targetDir}`,
    `another run on it: process ${pid} on ${isHere ? 'this machine' : `machine ${host}`}, since ${since}`,
    'a folder that no other run uses',
    isHere ? 'Wait for that run or give another targetDir.' : `Wait for that run or give another targetDir; if it is dead, remove ${path}.`,
  );
}
