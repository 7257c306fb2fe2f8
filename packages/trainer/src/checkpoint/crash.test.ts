import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { outcome, temporaryFolder, toyRun } from '../fixtures/toy-run.ts';

/** Operations on files until the "power cut": from then on each one fails, so nothing can be tidied up, as after SIGKILL. */
const power = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, used: 0, last: '' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const spend = (what: string): void => {
    power.used += 1;
    if (power.left <= 0) throw new Error('the process is dead');
    power.left -= 1;
    power.last = what;
  };
  const counted =
    <Arguments extends unknown[], Result>(name: string, operation: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      spend(name);
      return operation(...args);
    };
  return {
    ...real,
    default: real,
    rename: counted('rename', real.rename),
    rm: counted('rm', real.rm as (...args: unknown[]) => Promise<void>),
    mkdir: counted('mkdir', real.mkdir as (...args: unknown[]) => Promise<unknown>),
    async open(...args: Parameters<typeof real.open>) {
      spend('open');
      const file = await real.open(...args);
      const write = file.write.bind(file) as (...args: unknown[]) => Promise<unknown>;
      const writeFile = file.writeFile.bind(file);
      Object.assign(file, {
        write: async (...rest: [Uint8Array, number]) => {
          // half of what was to be written still reaches the disk
          if (power.left <= 0) await write(rest[0].subarray(0, (rest[0].length + rest[1]) >> 1), rest[1]);
          spend('write');
          return write(...rest);
        },
        writeFile: async (content: string | Uint8Array) => {
          if (power.left <= 0) await writeFile(content.slice(0, content.length >> 1));
          spend('writeFile');
          return writeFile(content);
        },
      });
      return file;
    },
  };
});

const settings = {
  corpus: { valid: true, tests: ['one'] },
  training: { totalSteps: 4, saveStep: 2, evalStep: 2, gradientAccumulate: 1, keepCheckpoints: 1 },
};

describe('a run killed at any file operation and started again', () => {
  it('ends with the same weights and results, bit by bit', async () => {
    const whole = temporaryFolder();
    power.used = 0;
    await toyRun(whole, settings);
    const operations = power.used;
    const expected = outcome(whole);
    expect(operations).toBeGreaterThan(100);
    expect(Object.keys(expected)).toContain('train/valid_best/model.safetensors');

    const killedAt = new Set<string>();
    for (let operation = 1; operation < operations; operation += 11) {
      const folder = temporaryFolder();
      power.left = operation;
      await expect(toyRun(folder, settings)).rejects.toThrow('the process is dead');
      killedAt.add(power.last);
      // dead a second time while recovering
      power.left = operation >> 1;
      await toyRun(folder, settings).catch(() => {});
      power.left = Number.POSITIVE_INFINITY;
      // its lock would be that of a living process: this one
      rmSync(join(folder, '.lock'), { force: true });
      await toyRun(folder, settings);
      expect(outcome(folder), `killed after operation ${operation}`).toEqual(expected);
      const remains = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /(^|\/)\./.test(file));
      expect(remains, `killed after operation ${operation}`).toEqual([]);
    }
    expect(killedAt.size).toBeGreaterThan(3);
    expect(existsSync(join(whole, '.lock'))).toBe(false);
  });
});
