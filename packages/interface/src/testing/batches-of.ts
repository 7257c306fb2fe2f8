import type { DataLoader } from '../data.ts';

/** Batches made by these functions, the same in every epoch; made anew each time, since whoever iterates disposes them. */
export function batchesOf<Batch>(...makes: readonly (() => Batch)[]): DataLoader<Batch> {
  return {
    length: makes.length,
    async *epoch(_epoch, start = 0) {
      for (const make of makes.slice(start)) yield make();
    },
  };
}
