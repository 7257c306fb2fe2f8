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

/** Finds the stretches of a recording whose frames come piece by piece; of those behind it, it keeps a filter's length. */
export interface FrameEventFinder {
  /** @param probabilities (frames, outputs), 0..1, of the next frames */
  readonly push: (probabilities: Pick<Sequence, 'values' | 'frames'>) => void;
  /** Ends the recording: its stretches, label by label. */
  readonly finish: () => FrameStretch[];
}

/**
 * Stretches of frames in which labels sound, label by label.
 *
 * The median filter is that of SciPy's `median_filter`: beyond both ends the sequence is reflected, and the upper one of
 * two middle values counts.
 *
 * @param probabilities (frames, outputs), 0..1
 */
export function frameEvents(probabilities: Sequence, decision: EventDecision, msPerFrame: number): FrameStretch[] {
  const finder = frameEventFinder(probabilities.features, decision, msPerFrame);
  finder.push(probabilities);
  return finder.finish();
}

/** `frameEvents` of frames that come piece by piece; the same events, however they are cut. */
export function frameEventFinder(
  outputs: number,
  { threshold, medianFilterMs, minDurationMs }: EventDecision,
  msPerFrame: number,
): FrameEventFinder {
  const width = Math.max(1, roundToEven(medianFilterMs / msPerFrame));
  const before = Math.floor(width / 2);
  const after = width - before - 1;
  // where the upper median is active, so many of the window are
  const needed = width - before;
  const stretches: FrameStretch[] = [];
  /** 1 where a probability is above the threshold, (frames, outputs), from the frame `keptFrom` to the frame `received` */
  let kept = new Uint8Array(0);
  let keptFrom = 0;
  let received = 0;
  /** the first frame that is not decided yet, and the active ones of the window around it, less its last */
  let next = 0;
  const counts = new Int32Array(outputs);
  const firsts = new Int32Array(outputs).fill(-1);

  function decide(end: number): void {
    const place = (frame: number) => (reflected(frame, received) - keptFrom) * outputs;
    if (next === 0 && end > 0) {
      for (let frame = -before; frame < after; frame++) {
        const from = place(frame);
        for (let output = 0; output < outputs; output++) counts[output]! += kept[from + output]!;
      }
    }
    for (; next < end; next++) {
      const [entering, leaving] = [place(next + after), place(next - before)];
      for (let output = 0; output < outputs; output++) {
        const active = counts[output]! + kept[entering + output]!;
        if (active < needed) close(output, next);
        else if (firsts[output]! < 0) firsts[output] = next;
        counts[output] = active - kept[leaving + output]!;
      }
    }
  }

  function close(output: number, end: number): void {
    const first = firsts[output]!;
    if (first < 0) return;
    firsts[output] = -1;
    // times of frames are not exact in binary
    if ((end - 1 - first) * msPerFrame >= minDurationMs - 1e-6) stretches.push({ output, first, last: end - 1 });
  }

  return {
    push({ values, frames }) {
      const from = Math.max(0, next - before);
      const behind = kept.subarray((from - keptFrom) * outputs);
      const joined = new Uint8Array(behind.length + frames * outputs);
      joined.set(behind);
      for (let index = 0; index < frames * outputs; index++) joined[behind.length + index] = values[index]! > threshold ? 1 : 0;
      [kept, keptFrom] = [joined, from];
      received += frames;
      // the windows of later frames reach beyond what is known; so does the first one's beginning, which is reflected
      if (received >= width) decide(received - after);
    },
    finish() {
      decide(received);
      for (let output = 0; output < outputs; output++) close(output, received);
      return stretches.sort((one, other) => one.output - other.output || one.first - other.first);
    },
  };
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
