import { type BatchSampler, defineComponent } from '@s3/interface';
import { z } from 'zod';
import { epochChance, longestFirst, requireLengths, type SamplerChance } from './sampler-source.ts';

/**
 * Batches of items of like length: all items, longest first, cut into batches.
 *
 * A batch whose longest item exceeds `maxLength` has half the size, at least 1; S3PRL never
 * ends there when `batchSize` is 1.
 */
export const sortedBucketingSampler = defineComponent({
  name: 'sortedBucketingSampler',
  config: z.object({
    batchSize: z.number().int().min(1).describe('items per batch'),
    maxLength: z
      .number()
      .positive()
      .default(300_000)
      .describe('halves a batch whose longest item is longer, in the unit of the lengths (samples, say)'),
    shuffle: z.boolean().default(false).describe('another order of the batches in every epoch; else longest first'),
    shuffleInBatch: z.boolean().default(false).describe('another order of the items of each batch; else longest first'),
  }),
  build(source: { readonly lengths: readonly number[] } & SamplerChance, config, { seed }): BatchSampler {
    const { lengths } = source;
    requireLengths('sortedBucketingSampler', lengths);
    const chance = epochChance(source, seed);
    const order = longestFirst(lengths);
    const half = Math.max(1, Math.floor(config.batchSize / 2));
    const sorted: number[][] = [];
    for (let start = 0; start < order.length; start += sorted.at(-1)!.length) {
      const size = lengths[order[start]!]! > config.maxLength ? half : config.batchSize;
      sorted.push(order.slice(start, start + size));
    }
    return {
      batchesPerEpoch: sorted.length,
      epoch(epoch) {
        const random = chance(epoch);
        const batches = config.shuffleInBatch ? sorted.map((batch) => random.permutation(batch.length).map((at) => batch[at]!)) : sorted;
        return config.shuffle ? random.permutation(batches.length).map((at) => batches[at]!) : batches;
      },
    };
  },
});
