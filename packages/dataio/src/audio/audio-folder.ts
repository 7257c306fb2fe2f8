import { resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { filesBelow } from './files-below.ts';

/** What names of audio files end in. */
export const audioEndings = /\.(wav|flac|mp3|ogg|opus|oga|m4a|mp4|aac|aif|aiff|aifc|caf|wma|webm|amr)$/i;

/**
 * Paths of the audio files anywhere below a folder, told by their names, sorted.
 *
 * @throws InputError for a folder that cannot be read
 */
export async function audioPaths(folder: string): Promise<string[]> {
  const files = await filesBelow(folder).catch((cause: Error) => {
    throw new InputError(folder, cause.message, 'a folder of recordings', 'Check the path and its permissions.', { cause });
  });
  return files.filter((file) => audioEndings.test(file)).map((file) => resolve(folder, file));
}
