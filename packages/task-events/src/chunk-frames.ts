import { InputError, settingPath } from '@s3/interface';

/** How recordings are cut into what the model hears at once, one chunk behind the other. */
export interface ChunkSettings {
  readonly chunkSeconds: number;
  /** whether the last chunk of a recording is heard where it is shorter than the others */
  readonly keepShortChunk: boolean;
}

/**
 * Frames of a chunk.
 *
 * @param samplesPerFrame of what the model gives
 * @throws InputError for a chunk that is shorter than a frame
 */
export function chunkFrames(
  settings: ChunkSettings,
  { sampleRate, samplesPerFrame }: { sampleRate: number; samplesPerFrame: number },
): number {
  const frames = (settings.chunkSeconds * sampleRate) / samplesPerFrame;
  if (frames >= 1) return Math.round(frames);
  const found = `${settings.chunkSeconds} s`;
  const expected = `at least a frame of the model, ${samplesPerFrame / sampleRate} s`;
  throw new InputError(settingPath(settings, 'chunkSeconds'), found, expected, 'Set it higher; 4 s are usual.');
}
