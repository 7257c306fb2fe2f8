import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../checkpoint/safetensors.ts';
import { processes } from '../fixtures/processes.ts';
import { outcome, type ToyConfig, temporaryFolder, tensorCount, toyRun } from '../fixtures/toy-run.ts';
import { InterruptedError } from '../interrupted-error.ts';

// dropout draws for each process on its own; batches of 4, 4 and 2 items, so that 4 processes do not all have a share
const config: ToyConfig = {
  model: { dropout: 0 },
  corpus: { valid: true },
  training: { totalSteps: 40, saveStep: 20, evalStep: 10, logStep: 10 },
};
const alone = temporaryFolder();
const aloneRun = await toyRun(alone, config);

async function together(size: number, targetDir: string, given: ToyConfig = config, signals: readonly (AbortSignal | undefined)[] = []) {
  const runs = processes(size).map((communicator, rank) =>
    toyRun(targetDir, given, { communicator, ...(signals[rank] && { signal: signals[rank] }) }),
  );
  return Promise.all(runs);
}

async function weightsOf(targetDir: string, step: number) {
  const parts = await Promise.all(
    ['model', 'task'].map((part) => readSafetensors(join(targetDir, 'train', `step_${step}`, `${part}.safetensors`))),
  );
  return parts.flatMap((tensors) => Object.values(tensors).flatMap((tensor) => [...tensor.dataSync()]));
}

async function expectSameWeights(one: string, other: string, step = 40) {
  const [first, second] = await Promise.all([weightsOf(one, step), weightsOf(other, step)]);
  expect(first.length).toBe(second.length);
  const largest = Math.max(...first.map(Math.abs));
  first.forEach((weight, index) => void expect(Math.abs(weight - second[index]!)).toBeLessThan(1e-5 * largest));
}

describe('several processes', () => {
  it.each([2, 4])('%i reach the weights, logs and results of one', async (size) => {
    const folder = temporaryFolder();
    const before = tensorCount();
    const runs = await together(size, folder);
    expect(tensorCount()).toBe(before);
    await expectSameWeights(alone, folder);
    for (const { result } of runs) expect(result).toEqual(runs[0]!.result);
    for (const [test, log] of Object.entries(aloneRun.result.tests)) {
      for (const [metric, value] of Object.entries(log)) expect(runs[0]!.result.tests[test]![metric]).toBeCloseTo(value, 4);
    }
    const logged = (seen: (typeof aloneRun)['seen']) => seen.entries.map(({ split, step, epoch, log }) => ({ split, step, epoch, log }));
    logged(aloneRun.seen).forEach(({ log, ...place }, index) => {
      const { log: shared, ...sharedPlace } = logged(runs[0]!.seen)[index]!;
      expect(sharedPlace).toEqual(place);
      for (const [metric, value] of Object.entries(log)) expect(shared[metric]).toBeCloseTo(value, 4);
    });
    for (const { seen } of runs.slice(1)) expect(seen.entries).toEqual([]);
  });

  it.each([2, 4])('%i reach them where a loss is no mean over items', async (size) => {
    const weighed = { ...config, task: { classWeights: [1, 5] } };
    const [one, many] = [temporaryFolder(), temporaryFolder()];
    const before = tensorCount();
    const [{ seen }] = [await toyRun(one, weighed)];
    const [{ seen: shared }] = (await together(size, many, weighed)) as [Awaited<ReturnType<typeof toyRun>>];
    expect(tensorCount()).toBe(before);
    await expectSameWeights(one, many);
    seen.entries.forEach(({ log }, index) => {
      for (const [metric, value] of Object.entries(log)) expect(shared.entries[index]!.log[metric]).toBeCloseTo(value, 4);
    });
  });

  it('judge exactly as one does', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { ...config, stop: 2 });
    const copy = { ...config, start: 3, training: { ...config.training, onConfigChange: 'continue' } };
    const [{ result: shared }] = (await together(3, folder, copy)) as [Awaited<ReturnType<typeof toyRun>>];
    const untimed = { seconds: 0, stepSeconds: undefined };
    expect({ ...shared, ...untimed }).toEqual({ ...aloneRun.result, ...untimed });
    const scores = (target: string) => readFileSync(join(target, 'evaluate/valid_best/one/scores'), 'utf8');
    expect(scores(folder)).toBe(scores(alone));
  });

  it('stop together when one of them is asked to, and another number of them goes on', async () => {
    const folder = temporaryFolder();
    const stopped = new AbortController();
    // while it trains
    const watch = {
      progress: ({ label, done }: { label: string; done: number }) => void (label === 'train' && done === 7 && stopped.abort()),
    };
    const stop = processes(2).map((communicator, rank) =>
      toyRun(folder, config, { communicator, ...(rank === 1 ? { signal: stopped.signal } : { observer: watch }) }),
    );
    for (const outcomeOfRank of await Promise.allSettled(stop)) {
      expect(outcomeOfRank).toMatchObject({ status: 'rejected', reason: expect.any(InterruptedError) });
    }
    expect(readdirSync(join(folder, 'train')).filter((name) => name.startsWith('step_'))).toEqual(['step_8']);
    await together(3, folder);
    await expectSameWeights(alone, folder);
    expect(Object.keys(outcome(folder))).toEqual(Object.keys(outcome(alone)));
  });

  it('refuse to work with other settings than rank 0', async () => {
    const folder = temporaryFolder();
    const [first, second] = processes(2);
    const root = toyRun(folder, config, { communicator: first! });
    // waits for rank 0, as it would until the program ends all processes
    void toyRun(folder, { ...config, training: { ...config.training, totalSteps: 41 } }, { communicator: second! });
    await expect(root).rejects.toThrow(InputError);
    await expect(root).rejects.toThrow(/process 1 on .*training\.totalSteps: 40 → 41/);
  });
});
