import type { RecordingSource } from '@s3/interface';
import type { Recording } from './audio-recording.ts';
import { resample, resampledLength, resampleRange } from './resample.ts';

/**
 * A recording at the rate of a model, read piece by piece: pieces are the same samples as those of the whole, also where they are resampled.
 *
 * @param name what it is called in what is written of it
 * @param sampleRate Hz of what is read
 */
export function recordingSource(name: string, { info, read }: Recording, sampleRate: number): RecordingSource {
  return {
    name,
    sampleRate,
    samples: resampledLength(info.samples, info.sampleRate, sampleRate),
    async read(first, end) {
      const range = resampleRange(first, end, info.sampleRate, sampleRate);
      const piece = read(range.first, Math.min(range.end, info.samples));
      return resample(piece, info.sampleRate, sampleRate).subarray(range.skip, range.skip + end - first);
    },
  };
}
