import { InputError, type RecordingSource, settingPath } from '@s3/interface';
import { z } from 'zod';
import { sourceOrders } from './source-orders.ts';

export const recordingSettings = z.strictObject({
  chunkSeconds: z.number().positive().default(20).describe('seconds that the model hears at once'),
  overlapSeconds: z
    .number()
    .positive()
    .default(2)
    .describe('seconds that chunks share, by which their sources are told; one fades into the next there'),
});

/**
 * Separates a recording of any length, chunk by chunk: which source is which follows from what two chunks make of the time they share.
 *
 * @param separate gives the sources of one chunk
 * @returns samples of each source, in order; as many altogether as the recording has
 * @throws InputError for chunks that share more than half of themselves
 */
export function pieceJoiner(
  separate: (chunk: Float32Array) => Promise<readonly Float32Array[]>,
  settings: z.output<typeof recordingSettings>,
) {
  const { chunkSeconds, overlapSeconds } = settings;
  if (2 * overlapSeconds > chunkSeconds) {
    throw new InputError(
      settingPath(settings, 'overlapSeconds'),
      String(overlapSeconds),
      `at most half of chunkSeconds (${chunkSeconds})`,
      'Let chunks share less, or make them longer.',
    );
  }
  return async function* (
    { samples, sampleRate, read }: RecordingSource,
    onProgress?: (doneSeconds: number, totalSeconds: number) => void,
  ): AsyncGenerator<readonly Float32Array[]> {
    const chunk = Math.round(chunkSeconds * sampleRate);
    const overlap = Math.round(overlapSeconds * sampleRate);
    /** the end of the chunk before, which this one shares */
    let shared: readonly Float32Array[] | undefined;
    for (let start = 0; ; start += chunk - overlap) {
      const end = Math.min(samples, start + chunk);
      const isLast = end === samples;
      const heard = await separate(await read(start, end));
      const sources = shared ? joined(shared, heard) : heard;
      shared = sources.map((source) => source.slice(source.length - overlap));
      yield isLast ? sources : sources.map((source) => source.subarray(0, source.length - overlap));
      onProgress?.(end / sampleRate, samples / sampleRate);
      if (isLast) return;
    }
  };
}

/** A chunk with its sources in the order of those before, into which it fades. */
function joined(before: readonly Float32Array[], heard: readonly Float32Array[]): readonly Float32Array[] {
  const likeness = before.map((source) => heard.map((other) => product(source, other)));
  const total = (order: readonly number[]) => order.reduce((sum, place, source) => sum + likeness[source]![place]!, 0);
  const order = sourceOrders(heard.length).reduce((best, next) => (total(next) > total(best) ? next : best));
  return before.map((earlier, source) => {
    const later = heard[order[source]!]!.slice();
    earlier.forEach((value, sample) => {
      const share = (sample + 0.5) / earlier.length;
      later[sample] = share * later[sample]! + (1 - share) * value;
    });
    return later;
  });
}

/** Over the shorter of the two. */
function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let sample = 0; sample < Math.min(one.length, other.length); sample++) sum += one[sample]! * other[sample]!;
  return sum;
}
