import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const beatMilliseconds = 2_000;
// far above the beat, so that a machine that is busy or asleep for a moment does not lose its lock
const staleMilliseconds = 60_000;

/**
 * Does something while no other process does it in the same folder; waits until they are done.
 *
 * The lock is a file whose time its owner renews. Left behind by a killed process it is taken over: at once when it
 * was on this machine, else after a minute.
 *
 * @param onWait told once, when another process is at it
 */
export async function withInstallLock<T>(directory: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'install.lock');
  const mine = JSON.stringify({ process: process.pid, host: hostname(), key: Math.random() });
  for (let waited = false; !take(file, mine); waited = true) {
    if (!waited) onWait();
    await wait(200);
  }
  const beat = setInterval(() => {
    if (isMine(file, mine)) utimesSync(file, new Date(), new Date());
  }, beatMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if (isMine(file, mine)) rmSync(file, { force: true });
  }
}

function take(file: string, mine: string): boolean {
  if (make(file, mine)) return true;
  const owner = readOwner(file);
  if (owner === undefined || !isAbandoned(file, owner)) return false;
  clear(file, owner);
  return make(file, mine);
}

function make(file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Moves an abandoned lock away; if another process was quicker and the lock is already a new one, puts it back. */
function clear(file: string, owner: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readOwner(aside) !== owner && !existsSync(file)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

function isAbandoned(file: string, owner: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleMilliseconds) return true;
    const { process: id, host } = JSON.parse(owner) as { process: number; host: string };
    return host === hostname() && !isAlive(id);
  } catch {
    return false; // gone, or not yet written to its end
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const isMine = (file: string, mine: string) => readOwner(file) === mine;
