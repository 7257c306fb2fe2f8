import { InputError } from '@s3/interface';
import type { NamedFiles } from './checkpoint-files.ts';

/**
 * The folder of the checkpoint among these files: the one there is, or of a whole run the best on its validation set, else
 * the newest.
 *
 * @param where what the files came from, for messages
 * @throws InputError when there is none
 */
export function findCheckpointFolder(files: NamedFiles, where: string): string {
  const folders = [...files.keys()].flatMap((name) => (/(^|\/)state\.json$/.test(name) ? [name.slice(0, -'/state.json'.length)] : []));
  const best = folders.find((folder) => /(^|\/)valid_best$/.test(folder));
  const [newest] = folders.sort((one, other) => stepOf(other) - stepOf(one));
  const found = best ?? newest;
  if (found === undefined) {
    throw new InputError(where, 'no state.json', 'a checkpoint, or a run with checkpoints', 'Give the zip of a checkpoint or of a run.');
  }
  return found;
}

const stepOf = (folder: string) => Number(/(?:^|\/)step_(\d+)$/.exec(folder)?.[1] ?? -1);
