import type { Random } from '@s3/interface';

/** Where the frames of a warped sequence come from: four frames of the original each, with their weights. */
export interface TimeWarp {
  /** (frames * 4) */
  readonly sources: Int32Array;
  /** (frames * 4) */
  readonly weights: Float32Array;
}

/**
 * Moves the frame `center` to the place `warped`, and stretches what lies before and after it by cubic convolution.
 *
 * Equals PyTorch's bicubic interpolation of the two parts.
 */
export function timeWarp(frames: number, center: number, warped: number): TimeWarp {
  const warp = { sources: new Int32Array(4 * frames), weights: new Float32Array(4 * frames) };
  stretch(warp, { from: 0, length: center, to: 0, newLength: warped });
  stretch(warp, { from: center, length: frames - center, to: warped, newLength: frames - warped });
  return warp;
}

/** A warp by less than `window` frames, somewhere in the middle; undefined where the sequence is too short for one. */
export function randomTimeWarp(frames: number, window: number, random: Random): TimeWarp | undefined {
  if (window === 0 || frames <= 2 * window) return undefined;
  const center = window + random.integer(frames - 2 * window);
  return timeWarp(frames, center, center - window + random.integer(2 * window) + 1);
}

interface Stretch {
  readonly from: number;
  readonly length: number;
  readonly to: number;
  readonly newLength: number;
}

function stretch({ sources, weights }: TimeWarp, { from, length, to, newLength }: Stretch): void {
  for (let frame = 0; frame < newLength; frame++) {
    const place = ((frame + 0.5) * length) / newLength - 0.5;
    const before = Math.floor(place);
    for (let tap = 0; tap < 4; tap++) {
      const source = before - 1 + tap;
      sources[4 * (to + frame) + tap] = from + Math.min(Math.max(source, 0), length - 1);
      weights[4 * (to + frame) + tap] = cubic(Math.abs(place - source));
    }
  }
}

/** The cubic convolution kernel with a = -0.75. */
function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
