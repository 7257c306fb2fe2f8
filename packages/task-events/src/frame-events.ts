import type { Sequence } from '@s3/interface';

/** How probabilities of frames become events. */
export interface EventDecision {
  /** probability above which a label is taken to sound, 0..1 */
  readonly threshold: number;
  /** length of the median filter over the probabilities of a label; 0 for none */
  readonly medianFilterMs: number;
  /** from the middle of an event's first frame to that of its last, at least */
  readonly minDurationMs: number;
}

/** Frames in which an output is active. */
export interface FrameStretch {
  /** output of the model, from 0 */
  readonly output: number;
  readonly first: number;
  /** inclusive */
  readonly last: number;
}

/**
 * Stretches of frames in which labels sound, label by label.
 *
 * The median filter is that of SciPy's `median_filter`: beyond both ends the sequence is reflected, and the upper one of
 * two middle values counts.
 *
 * @param probabilities (frames, outputs), 0..1
 */
export function frameEvents({ values, frames, features: outputs }: Sequence, decision: EventDecision, msPerFrame: number): FrameStretch[] {
  const width = Math.max(1, roundToEven(decision.medianFilterMs / msPerFrame));
  const before = Math.floor(width / 2);
  const needed = width - before;
  const stretches: FrameStretch[] = [];
  for (let output = 0; output < outputs; output++) {
    const isActive = (frame: number): number => (values[reflected(frame, frames) * outputs + output]! > decision.threshold ? 1 : 0);
    // of the window around frame 0, less its last
    let active = 0;
    for (let frame = -before; frame < width - before - 1; frame++) active += isActive(frame);
    let first = -1;
    for (let frame = 0; frame <= frames; frame++) {
      if (frame < frames) active += isActive(frame + width - before - 1);
      const sounds = frame < frames && active >= needed;
      active -= isActive(frame - before);
      if (sounds && first < 0) first = frame;
      if (!sounds && first >= 0) {
        // times of frames are not exact in binary
        if ((frame - 1 - first) * msPerFrame >= decision.minDurationMs - 1e-6) stretches.push({ output, first, last: frame - 1 });
        first = -1;
      }
    }
  }
  return stretches;
}

/** The frame that stands for one beyond the ends: d c b a | a b c d | d c b a. */
function reflected(frame: number, frames: number): number {
  const place = ((frame % (2 * frames)) + 2 * frames) % (2 * frames);
  return place < frames ? place : 2 * frames - 1 - place;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
