import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { readSafetensors } from '../checkpoint/safetensors.ts';
import { outcome, temporaryFolder, toyRun } from '../fixtures/toy-run.ts';
import { judgedCheckpoints } from './average-best.ts';

const training = { totalSteps: 8, evalStep: 1, saveStep: 8, averageBest: 3 };
const weightsOf = async (directory: string) =>
  Object.fromEntries(
    Object.entries(await readSafetensors(join(directory, 'model.safetensors'))).map(([name, tensor]) => [name, [...tensor.dataSync()]]),
  );

describe('averageBest', () => {
  it('keeps the best evaluated checkpoints, and counts their mean where it is better than each', async () => {
    const targetDir = temporaryFolder();
    // a start from which the mean is better
    const { seen } = await toyRun(targetDir, {
      corpus: { valid: true },
      training: { ...training, seed: 2 },
      optimizer: { name: 'AdamW', learningRate: 0.1 },
    });
    const trainDir = join(targetDir, 'train');
    const kept = readdirSync(trainDir).filter((name) => name.startsWith('valid_step_'));
    expect(kept.length).toBe(3);
    const values = seen.entries.flatMap(({ split, log }) => (split === 'valid' && !('averaged' in log) ? [log['cost']!] : []));
    const judged = await judgedCheckpoints(trainDir, { metric: 'cost', order: 'min' }, 8);
    expect(judged.map(({ value }) => value)).toEqual([...values].sort((a, b) => a - b).slice(0, 3));

    const average = seen.entries.find(({ log }) => 'averaged' in log)!;
    expect(average.log['averaged']).toBe(3);
    const note = JSON.parse(await readFile(join(trainDir, 'average.json'), 'utf8'));
    expect(note).toMatchObject({ step: 8, averaged: judged.map(({ step }) => step), value: average.log['cost'] });

    const best = await readCheckpoint(join(trainDir, 'valid_best'));
    expect(average.log['cost']!).toBeLessThan(judged[0]!.value);
    expect(best.state.best).toMatchObject({ averaged: note.averaged, value: average.log['cost'] });
    const all = await Promise.all(judged.map(({ directory }) => weightsOf(directory)));
    for (const [name, values] of Object.entries(await weightsOf(best.directory))) {
      values.forEach((value, index) => void expect(value).toBeCloseTo(all.reduce((sum, one) => sum + one[name]![index]!, 0) / 3, 5));
    }
    expect(parse(await readFile(join(trainDir, 'valid_best', 'valid-result.yaml'), 'utf8'))['cost']).toBe(best.state.best!.value);
  });

  it('leaves a finished run as it is when it is run again', async () => {
    const targetDir = temporaryFolder();
    await toyRun(targetDir, { corpus: { valid: true }, training });
    const before = outcome(targetDir);
    const { seen } = await toyRun(targetDir, { corpus: { valid: true }, training });
    expect(outcome(targetDir)).toEqual(before);
    expect(seen.entries.some(({ log }) => 'averaged' in log)).toBe(false);
  });

  it('keeps nothing beside the best where it is not asked for', async () => {
    const targetDir = temporaryFolder();
    await toyRun(targetDir, { corpus: { valid: true }, training: { ...training, averageBest: 1 } });
    expect(readdirSync(join(targetDir, 'train')).sort()).not.toContain('average.json');
    expect(existsSync(join(targetDir, 'train', 'valid_best'))).toBe(true);
  });
});

describe('evalEachEpoch', () => {
  it('evaluates at the end of every epoch and at the last step', async () => {
    const targetDir = temporaryFolder();
    const settings = { totalSteps: 7, saveStep: 7, gradientAccumulate: 1, evalEachEpoch: true };
    const { seen } = await toyRun(targetDir, { corpus: { valid: true, rows: 12 }, training: settings });
    const steps = seen.entries.flatMap(({ split, step }) => (split === 'valid' ? [step] : []));
    expect(steps).toEqual([3, 6, 7]);
  });

  it('asks for no validation set', async () => {
    const { seen } = await toyRun(temporaryFolder(), { training: { evalEachEpoch: true } });
    expect(seen.entries.some(({ split }) => split === 'valid')).toBe(false);
  });
});
