import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { reasonOf } from '../tables/text-file.ts';
import { sampleBytes, wavHeader } from './wav-bytes.ts';

/** The most bytes that the header of a WAV file can name. */
const mostBytes = 2 ** 32 - 1;

/**
 * Writes waveforms of one length as mono WAV files of 16 bits while they come, piece by piece; what is beyond -1..1 is clipped.
 *
 * Written aside, flushed to disk and renamed when all samples are there: if something fails before, no file has appeared or changed.
 *
 * @param paths one for each waveform
 * @param pieces samples of each waveform, in order; `samples` altogether
 * @throws InputError for a path that cannot be written, and for more samples than a WAV file can have
 */
export async function writeWaves(
  paths: readonly string[],
  { samples, sampleRate }: { readonly samples: number; readonly sampleRate: number },
  pieces: AsyncIterable<readonly Float32Array[]>,
): Promise<void> {
  if (36 + 2 * samples > mostBytes) {
    const hours = (mostBytes / 2 / sampleRate / 3600).toFixed(1);
    throw new InputError(paths.join(', '), `${samples} samples`, `at most ${hours} hours in a WAV file`, 'Cut the recording.');
  }
  const unfinished = paths.map((path) => `${resolve(path)}.${process.pid}.tmp`);
  const files: FileHandle[] = [];
  try {
    for (const [place, path] of paths.entries()) {
      await written(path, async () => {
        await mkdir(dirname(resolve(path)), { recursive: true });
        const file = await open(unfinished[place]!, 'w');
        files.push(file);
        await file.writeFile(wavHeader(samples, sampleRate));
      });
    }
    for await (const piece of pieces) {
      for (const [place, file] of files.entries()) await written(paths[place]!, () => file.writeFile(sampleBytes(piece[place]!)));
    }
    for (const [place, file] of files.entries()) await written(paths[place]!, () => file.sync());
    for (const file of files.splice(0)) await file.close();
    for (const [place, path] of paths.entries()) await written(path, () => rename(unfinished[place]!, resolve(path)));
  } catch (error) {
    for (const file of files) await file.close().catch(() => undefined);
    for (const path of unfinished) await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function written(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new InputError(path, reasonOf(cause), 'a file that can be written', 'Choose another folder or mend its permissions.', { cause });
  }
}
