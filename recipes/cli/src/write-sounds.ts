import { join } from 'node:path';
import type { RecordingSource, TaskSound } from '@s3/interface';
import { stopSignals } from '@s3/trainer/command-line';
import { CommanderError } from 'commander';

/**
 * Writes what a task makes of a recording as `NAME_OUTPUT.wav` into a folder, all of it or nothing.
 *
 * SIGINT (Ctrl-C) and SIGTERM end it behind the piece that is being made, and what was begun is taken away.
 *
 * @returns paths of the files
 * @throws CommanderError with the exit code of such a signal
 * @throws InputError as `writeWaves`
 */
export async function writeSounds(
  sound: TaskSound,
  recording: RecordingSource,
  folder: string,
  {
    onProgress,
    onMessage,
  }: {
    readonly onProgress?: (doneSeconds: number, totalSeconds: number) => void;
    readonly onMessage?: (text: string) => void;
  } = {},
): Promise<string[]> {
  const { writeWaves } = await import('@s3/dataio');
  const paths = sound.outputs.map((output) => join(folder, `${recording.name}_${output}.wav`));
  const stop = stopSignals((name) => onMessage?.(`${name}: stopping; nothing is written of ${recording.name}`));
  async function* untilStopped() {
    for await (const piece of sound.pieces(recording, { ...(onProgress && { onProgress }) })) {
      stop.signal.throwIfAborted();
      yield piece;
    }
  }
  try {
    await writeWaves(paths, recording, untilStopped());
    return paths;
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined) throw error;
    throw new CommanderError(exitCode, 'interrupted', `stopped before ${recording.name} was written`);
  } finally {
    stop.release();
  }
}
