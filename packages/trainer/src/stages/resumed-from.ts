import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { type Checkpoint, exists, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { newestCheckpoint } from '../checkpoint/train-folder.ts';
import { replaceFile } from '../files/replace-file.ts';
import { timestamp } from './timestamp.ts';

/** What a training folder remembers of `training.resumeFrom`, so that a run which was killed does not go back to it. */
export const resumedFromFile = 'resumed-from.json';

/**
 * The checkpoint that `training.resumeFrom` names, or the newest that this folder made since it went on from there.
 *
 * @param named a folder, as given or within the training folder
 * @throws InputError when it is missing or damaged
 */
export async function followResumeFrom(
  trainDir: string,
  named: string,
  warn: (text: string) => void,
): Promise<{ readonly from: Checkpoint; readonly isNamed: boolean }> {
  const asGiven = resolve(named);
  const directory = (await exists(asGiven)) ? asGiven : join(trainDir, named);
  if (!(await exists(directory))) {
    throw new InputError(
      'training.resumeFrom',
      `${named}, which is neither at ${asGiven} nor in ${trainDir}`,
      'the folder of a checkpoint',
      'Give a folder such as exp/asv/train/step_600, or leave it out to go on from the newest checkpoint.',
    );
  }
  const note = await readFile(join(trainDir, resumedFromFile), 'utf8').then(JSON.parse, () => undefined);
  if (note?.directory === resolve(directory)) {
    const newest = await newestCheckpoint(trainDir, warn);
    if (newest && newest.state.step > note.step) return { from: newest, isNamed: false };
  }
  return { from: await readCheckpoint(directory), isNamed: true };
}

/**
 * Before training goes on from the checkpoint named: sets aside what this folder has of later steps, and remembers.
 *
 * @returns the folder that has them now, if there were any
 */
export async function goBackTo({ directory, state }: Checkpoint, trainDir: string): Promise<string | undefined> {
  const names = await readdir(trainDir).catch((): string[] => []);
  const later: string[] = [];
  for (const name of names) if ((await stepOf(trainDir, name)) > state.step) later.push(name);
  const aside = `${trainDir}.old-${timestamp(new Date())}`;
  if (later.length > 0) await mkdir(aside, { recursive: true });
  for (const name of later) await rename(join(trainDir, name), join(aside, name));
  await mkdir(trainDir, { recursive: true });
  // last: a run killed before it does all this again
  await replaceFile(join(trainDir, resumedFromFile), `${JSON.stringify({ directory: resolve(directory), step: state.step })}\n`);
  return later.length > 0 ? aside : undefined;
}

/** The step of a checkpoint's folder; NaN for anything else. */
async function stepOf(trainDir: string, name: string): Promise<number> {
  const numbered = /^(?:valid_)?step_(\d+)$/.exec(name)?.[1];
  if (numbered !== undefined) return Number(numbered);
  if (name !== 'valid_best') return Number.NaN;
  return readFile(join(trainDir, name, 'state.json'), 'utf8').then(
    (text) => Number(JSON.parse(text).step),
    () => Number.NaN,
  );
}
