import type { Sequence } from '@s3/interface';
import type { SpeakerSegment } from '../tables/speaker-segment.ts';

/** Which frames are labelled, and how long they are. */
export interface FrameRange {
  /** first frame of the recording */
  readonly startFrame: number;
  readonly frames: number;
  /** Hz */
  readonly sampleRate: number;
  /** samples that a frame stands for */
  readonly samplesPerFrame: number;
  /** columns; those beyond the recording's speakers are silent */
  readonly speakers: number;
}

/**
 * Who speaks in each frame of a part of a recording: (frames, speakers), 1 or 0.
 *
 * A segment is active from the frame boundary nearest to its start up to that nearest to its end; of two equally near
 * boundaries the even one counts, as numpy rounds. A segment of less than half a frame may so have none.
 *
 * Unlike S3PRL's, a segment that begins before the part and ends behind it is labelled.
 *
 * @param recording its `speakers` are the columns, in this order
 */
export function frameActivity(
  recording: { readonly speakers: readonly string[]; readonly segments: readonly SpeakerSegment[] },
  { startFrame, frames, sampleRate, samplesPerFrame, speakers }: FrameRange,
): Sequence {
  // in this order, as the original's: the other would round some boundaries that lie between two frames otherwise
  const boundary = (seconds: number) => roundToEven((seconds * sampleRate) / samplesPerFrame) - startFrame;
  const values = new Float32Array(frames * speakers);
  for (const { speaker, startSeconds, endSeconds } of recording.segments) {
    const column = recording.speakers.indexOf(speaker);
    const first = Math.max(0, boundary(startSeconds));
    const end = Math.min(frames, boundary(endSeconds));
    for (let frame = first; frame < end; frame++) values[frame * speakers + column] = 1;
  }
  return { values, frames, features: speakers };
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
