import type { Sequence } from '@s3/interface';

/** Frames counted as S3PRL's `calc_diarization_error` counts them. */
export interface FrameErrors {
  /** right decisions of all speakers, over their number */
  readonly correct: number;
  readonly frames: number;
  /** frames in which somebody speaks; of these without, and of the others with, anybody hypothesized */
  readonly speechScored: number;
  readonly speechMissed: number;
  readonly speechFalseAlarm: number;
  /** frames of each speaker, summed */
  readonly speakerScored: number;
  readonly speakerMissed: number;
  readonly speakerFalseAlarm: number;
  readonly speakerConfusion: number;
}

const noErrors: FrameErrors = {
  correct: 0,
  frames: 0,
  speechScored: 0,
  speechMissed: 0,
  speechFalseAlarm: 0,
  speakerScored: 0,
  speakerMissed: 0,
  speakerFalseAlarm: 0,
  speakerConfusion: 0,
};

/**
 * Errors of one chunk, a logit above 0 being speech.
 *
 * @param logits (frames, speakers)
 * @param activity (frames, speakers), as many frames
 * @param order the reference speaker that each output stands for
 */
export function frameErrors(logits: Sequence, activity: Sequence, order: ArrayLike<number>): FrameErrors {
  const counts = { ...noErrors, frames: activity.frames };
  const speakers = logits.features;
  for (let frame = 0; frame < activity.frames; frame++) {
    let [spoken, heard, both, right] = [0, 0, 0, 0];
    for (let output = 0; output < speakers; output++) {
      const speaker = order[output]!;
      const speaks = speaker < activity.features ? activity.values[frame * activity.features + speaker]! : 0;
      const isHeard = logits.values[frame * speakers + output]! > 0 ? 1 : 0;
      spoken += speaks;
      heard += isHeard;
      both += speaks * isHeard;
      right += speaks === isHeard ? 1 : 0;
    }
    counts.correct += right / speakers;
    counts.speechScored += spoken > 0 ? 1 : 0;
    counts.speechMissed += spoken > 0 && heard === 0 ? 1 : 0;
    counts.speechFalseAlarm += spoken === 0 && heard > 0 ? 1 : 0;
    counts.speakerScored += spoken;
    counts.speakerMissed += Math.max(spoken - heard, 0);
    counts.speakerFalseAlarm += Math.max(heard - spoken, 0);
    counts.speakerConfusion += Math.min(spoken, heard) - both;
  }
  return counts;
}

/** All together. */
export function sumErrors(all: readonly FrameErrors[]): FrameErrors {
  const sum: { -readonly [name in keyof FrameErrors]: number } = { ...noErrors };
  for (const errors of all) for (const name of Object.keys(sum) as (keyof FrameErrors)[]) sum[name] += errors[name];
  return sum;
}

/** Missed, false alarm and confusion over the speech of all speakers; 0 where nobody speaks, as S3PRL has it. */
export function frameErrorRate({ speakerScored, speakerMissed, speakerFalseAlarm, speakerConfusion }: FrameErrors): number {
  return speakerScored === 0 ? 0 : (speakerMissed + speakerFalseAlarm + speakerConfusion) / speakerScored;
}

/** Share of right decisions; 0 where nobody speaks, as S3PRL has it. */
export function frameAccuracy({ correct, frames, speakerScored }: FrameErrors): number {
  return speakerScored === 0 ? 0 : correct / frames;
}
