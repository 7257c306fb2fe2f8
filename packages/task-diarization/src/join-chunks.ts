import type { Sequence } from '@s3/interface';
import { permutationsOf } from './permutations.ts';

/** What is said of a chunk of a recording. */
export interface Chunk {
  /** frame of the recording at which it begins */
  readonly startFrame: number;
  /** (frames, speakers), 0..1 */
  readonly probabilities: Sequence;
}

/**
 * The chunks of a recording as one sequence.
 *
 * Each chunk orders its speakers as it likes. Where chunks overlap, the next one's are put into the order that agrees
 * best with the one before, and the overlap is shared out half and half; without overlap they are
 * joined as they are, as S3PRL does. Frames of no chunk are silence.
 */
export function joinChunks(chunks: readonly Chunk[]): Sequence {
  const sorted = [...chunks].sort((a, b) => a.startFrame - b.startFrame);
  const speakers = sorted[0]?.probabilities.features ?? 1;
  const frames = Math.max(0, ...sorted.map(endOf));
  const values = new Float32Array(frames * speakers);
  let order = Array.from({ length: speakers }, (_, speaker) => speaker);
  let before: Chunk | undefined;
  for (const chunk of sorted) {
    if (before && endOf(chunk) <= endOf(before)) continue;
    let from = chunk.startFrame;
    if (before && endOf(before) > chunk.startFrame) {
      order = orderAfter(before, order, chunk);
      from = overlapMiddle(before, chunk);
    }
    const { probabilities, startFrame } = chunk;
    for (let frame = from; frame < endOf(chunk); frame++) {
      for (let output = 0; output < speakers; output++) {
        values[frame * speakers + order[output]!] = probabilities.values[(frame - startFrame) * speakers + output]!;
      }
    }
    before = chunk;
  }
  return { values, frames, features: speakers };
}

/** The frame after the last of a chunk. */
const endOf = ({ startFrame, probabilities }: Chunk): number => startFrame + probabilities.frames;

/** The frame of a recording at which one chunk hands over to the next. */
const overlapMiddle = (before: Chunk, chunk: Chunk): number => Math.floor((chunk.startFrame + endOf(before)) / 2);

/**
 * The speaker of the recording that each output of a chunk stands for, as its overlap with the chunk before has it.
 *
 * @param orderBefore the same for the chunk before
 */
export function orderAfter(before: Chunk, orderBefore: readonly number[], chunk: Chunk): number[] {
  const speakers = chunk.probabilities.features;
  const agreement = agreements(before, chunk);
  // in the order of the chunk before when the overlap says nothing: the first of equals
  let best = { total: Number.NEGATIVE_INFINITY, order: [...orderBefore] };
  for (const permutation of permutationsOf(speakers)) {
    const total = permutation.reduce((sum, output, index) => sum + agreement[index * speakers + output]!, 0);
    if (total > best.total + 1e-9) best = { total, order: permutation.map((output) => orderBefore[output]!) };
  }
  return best.order;
}

/** How far outputs of a chunk agree with those of the one before where they overlap, (outputs, outputs before). */
function agreements(before: Chunk, { startFrame, probabilities }: Chunk): Float64Array {
  const speakers = probabilities.features;
  const sums = new Float64Array(speakers * speakers);
  const last = Math.min(endOf(before), startFrame + probabilities.frames);
  for (let frame = startFrame; frame < last; frame++) {
    for (let output = 0; output < speakers; output++) {
      const now = probabilities.values[(frame - startFrame) * speakers + output]!;
      for (let other = 0; other < speakers; other++) {
        const then = before.probabilities.values[(frame - before.startFrame) * speakers + other]!;
        const place = output * speakers + other;
        sums[place] = sums[place]! + now * then + (1 - now) * (1 - then);
      }
    }
  }
  return sums;
}
