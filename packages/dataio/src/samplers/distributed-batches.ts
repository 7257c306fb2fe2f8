import { type BatchSampler, defineComponent, InputError } from '@s3/interface';
import { z } from 'zod';

/**
 * One process's share of a sampler's batches: each process takes every `worldSize`-th.
 *
 * When the number of batches is not a multiple of `worldSize`, batches are cut in half, first
 * ones first, until it is. When only batches of one item are left, `indivisible` decides;
 * S3PRL never returns there, unless it refuses.
 */
export const distributedBatches = defineComponent({
  name: 'distributedBatches',
  config: z.object({
    rank: z.number().int().min(0).default(0).describe('number of this process, from 0'),
    worldSize: z.number().int().min(1).default(1).describe('number of processes'),
    indivisible: z
      .enum(['refuse', 'duplicate', 'uneven'])
      .default('refuse')
      .describe(
        'when batches of one item cannot be shared out evenly: refuse, duplicate (some batches are used twice: never for tests) or uneven (some processes get fewer: never for training)',
      ),
  }),
  build(sampler: BatchSampler, { rank, worldSize, indivisible }): BatchSampler {
    if (rank >= worldSize) {
      throw new InputError('distributedBatches.rank', `${rank}`, `0 to ${worldSize - 1}`, 'Number the processes from 0.');
    }
    const epochBatches = (epoch: number) => share(sampler.epoch(epoch), worldSize, indivisible).filter((_, at) => at % worldSize === rank);
    return { batchesPerEpoch: epochBatches(0).length, epoch: epochBatches };
  },
});

type Batches = readonly (readonly number[])[];

function share(batches: Batches, worldSize: number, indivisible: 'refuse' | 'duplicate' | 'uneven'): Batches {
  let missing = (worldSize - (batches.length % worldSize)) % worldSize;
  let shared = batches;
  while (missing > 0 && shared.some((batch) => batch.length > 1)) {
    shared = shared.flatMap((batch) => {
      if (missing === 0 || batch.length < 2) return [batch];
      missing--;
      const half = Math.floor(batch.length / 2);
      return [batch.slice(0, half), batch.slice(half)];
    });
  }
  if (missing === 0 || indivisible === 'uneven') return shared;
  if (indivisible === 'duplicate') return [...shared, ...Array.from({ length: missing }, (_, at) => batches[at % batches.length]!)];
  throw new InputError(
    'distributedBatches',
    `${shared.length} batches of one item`,
    `a multiple of ${worldSize}, the number of processes`,
    "Use fewer processes, or set indivisible to 'duplicate' for training or 'uneven' for tests.",
  );
}
