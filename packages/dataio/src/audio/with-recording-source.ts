import { basename, extname } from 'node:path';
import type { RecordingSource } from '@s3/interface';
import { withRecording } from './recording-file.ts';
import { recordingSource } from './recording-source.ts';

/**
 * Opens a recording to be read piece by piece, uses it and closes it.
 *
 * Pieces are the same samples as those of the whole, also where they are resampled. Memory does not grow with the length: WAV files
 * are read as asked for, and FLAC, MP3 and Ogg files of more than ten minutes are first decoded into a file in the folder for temporary
 * files (230 MB for an hour at 16 kHz). What only the general decoder reads (M4A, WebM and the like) is decoded in memory.
 *
 * @param sampleRate Hz of what is read
 * @throws InputError when the file is missing, unreadable, empty, cut short or not audio
 */
export async function withRecordingSource<T>(path: string, sampleRate: number, use: (source: RecordingSource) => Promise<T>): Promise<T> {
  const open = (recording: Parameters<typeof recordingSource>[1]) =>
    use(recordingSource(basename(path, extname(path)), recording, sampleRate));
  return withRecording(path, open, { inMemorySeconds: 600 });
}
