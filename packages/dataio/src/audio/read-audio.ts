import { InputError } from '@s3/interface';
import type { AudioInfo } from './audio-recording.ts';
import { withRecording } from './recording-file.ts';
import { resample } from './resample.ts';

/** Which part of a recording. */
export interface AudioPart {
  /** from here on; the beginning when left out */
  readonly startSeconds?: number | undefined;
  /** up to here; the end when left out, and when it lies up to 0.05 s behind the end */
  readonly endSeconds?: number | undefined;
}

/**
 * A recording, or a part of it, as one waveform: the mean of its channels, -1..1.
 *
 * Of a WAV file only the bytes of the part are read; other formats are decoded whole and cut. Resampling, where
 * asked for, sees the part alone.
 *
 * @param options.sampleRate Hz of the waveform; the recording's own when left out
 * @returns (samples,)
 * @throws InputError when the file is missing, unreadable, empty, cut short or not audio, or the part lies outside it
 */
export async function readAudio(
  path: string,
  options: AudioPart & { readonly sampleRate?: number } = {},
): Promise<Float32Array<ArrayBuffer>> {
  return withRecording(path, ({ info, read }) => {
    return resample(read(...sampleRange(path, info, options)), info.sampleRate, options.sampleRate ?? info.sampleRate);
  });
}

/**
 * Seconds that a part may end behind its recording: times are written with two decimals or taken from a copy in another format,
 * which a block of up to 1152 samples makes longer.
 */
export const overshootSeconds = 0.05;

/**
 * The samples of a part, `first` to `end` (exclusive), at the recording's own rate.
 *
 * @throws InputError when the part is empty or does not lie in the recording
 */
export function sampleRange(
  path: string,
  { sampleRate, samples, seconds }: AudioInfo,
  { startSeconds = 0, endSeconds }: AudioPart,
): [first: number, end: number] {
  const first = Math.round(startSeconds * sampleRate);
  const end = endSeconds === undefined ? samples : Math.min(samples, Math.round(endSeconds * sampleRate));
  const isInside = endSeconds === undefined || endSeconds <= seconds + overshootSeconds;
  // Written so that NaN is refused too.
  if (isInside && first >= 0 && first < end) return [first, end];
  const part = `the part from ${startSeconds} s to ${endSeconds === undefined ? 'the end' : `${endSeconds} s`}`;
  const found = `${part} in a recording of ${Number(seconds.toFixed(3))} s`;
  throw new InputError(path, found, 'a part of at least one sample inside it', 'Correct the start and end times of this utterance.');
}
