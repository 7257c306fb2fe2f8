import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { S3Error } from '@s3/interface';
import { removeDirectory } from '../files/replace-directory.ts';
import { type Checkpoint, type CheckpointState, exists, readCheckpoint } from './checkpoint.ts';

/** A numbered checkpoint, not yet opened. */
export interface SavedStep {
  readonly step: number;
  readonly directory: string;
}

/** The `step_N` directories of a training folder, lowest step first. */
export async function savedSteps(trainDir: string): Promise<readonly SavedStep[]> {
  const names = await readdir(trainDir).catch(() => []);
  const steps = names.flatMap((name) => {
    const match = /^step_(\d+)$/.exec(name);
    return match ? [{ step: Number(match[1]), directory: join(trainDir, name) }] : [];
  });
  return steps.sort((a, b) => a.step - b.step);
}

/** The newest intact checkpoint; broken ones are passed over with a warning. */
export async function newestCheckpoint(trainDir: string, warn: (text: string) => void): Promise<Checkpoint | undefined> {
  for (const { directory } of [...(await savedSteps(trainDir))].reverse()) {
    try {
      return await readCheckpoint(directory);
    } catch (error) {
      if (!S3Error.isInstance(error)) throw error;
      warn(`passing over a broken checkpoint, ${basename(directory)}: ${error.message}`);
    }
  }
  return undefined;
}

/** Whether a checkpoint was saved at its turn, not for an interruption; undefined when it cannot be read. */
async function isScheduled(directory: string): Promise<boolean | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')).scheduled === true;
  } catch {
    return undefined;
  }
}

/** The best so far, unless its checkpoint is not there any more (an older run's rest, or damaged). */
export async function bestSoFar(
  trainDir: string,
  best: CheckpointState['best'],
  warn: (text: string) => void,
): Promise<CheckpointState['best']> {
  const directory = join(trainDir, 'valid_best');
  if (!best || !(await exists(directory))) return null;
  try {
    await readCheckpoint(directory);
    return best;
  } catch (error) {
    if (!S3Error.isInstance(error)) throw error;
    warn(`the best checkpoint so far is broken, the next evaluation makes a new one: ${error.message}`);
    return null;
  }
}

/** Keeps the newest ones; those saved for an interruption go, so that the run leaves what an undisturbed one does. */
export async function removeSpareCheckpoints(trainDir: string, keepCheckpoints: number | null, step: number): Promise<void> {
  const earlier = (await savedSteps(trainDir)).filter((saved) => saved.step <= step);
  const marks = await Promise.all(earlier.map(({ directory }) => isScheduled(directory)));
  const scheduled = earlier.filter((_, index) => marks[index] === true);
  const spare = keepCheckpoints === null ? [] : scheduled.slice(0, -keepCheckpoints);
  for (const { directory } of [...spare, ...earlier.filter((_, index) => marks[index] === false)]) await removeDirectory(directory);
}
