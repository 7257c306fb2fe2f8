import { isFile } from '../hub/hub-cache.ts';
import { readCheckpointSettings } from './checkpoint-folder.ts';

/**
 * The settings that a checkpoint file of S3PRL's own holds, as text for a `config.json`: beside what `writeEncoderWeights` makes of the file
 * they are the same checkpoint as a folder. Nothing for a folder, which has its own.
 *
 * @param name S3PRL's name of what the file holds
 * @throws InputError for a file of no network that is known, or of another than the name says
 */
export async function encoderSettings(place: string, name: string | undefined): Promise<string | undefined> {
  if (!(await isFile(place))) return undefined;
  return JSON.stringify((await readCheckpointSettings(place, name)).network);
}
