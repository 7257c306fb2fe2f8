import { type BatchSampler, defineComponent } from '@s3/interface';
import { z } from 'zod';
import { chunks, epochChance, requireItems, type SamplerChance } from './sampler-source.ts';

/**
 * Batches drawn at random, with replacement, so that every label comes equally often: for
 * training where some labels have few items. Never for tests, since it leaves items out.
 */
export const balancedWeightedSampler = defineComponent({
  name: 'balancedWeightedSampler',
  config: z.object({
    batchSize: z.number().int().min(1).describe('items per batch'),
    duplicate: z.number().int().min(1).default(1).describe('draws in an epoch, as a multiple of the number of items'),
  }),
  build(source: { readonly labels: readonly string[] } & SamplerChance, { batchSize, duplicate }, { seed }): BatchSampler {
    const { labels } = source;
    requireItems('balancedWeightedSampler', labels.length);
    const chance = epochChance(source, seed);
    const counts = new Map<string, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    // share of the draws that fall on this item or an earlier one
    let total = 0;
    const upTo = labels.map((label) => {
      total += 1 / (counts.get(label)! * counts.size);
      return total;
    });
    const draws = labels.length * duplicate;
    return {
      batchesPerEpoch: Math.ceil(draws / batchSize),
      epoch(epoch) {
        const random = chance(epoch);
        return chunks(
          Array.from({ length: draws }, () => firstAbove(upTo, random.uniform())),
          batchSize,
        );
      },
    };
  },
});

/** Index of the first of ascending bounds that exceeds the value, by bisection; the last where rounding left none. */
function firstAbove(bounds: readonly number[], value: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
