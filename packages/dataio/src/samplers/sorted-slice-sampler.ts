import { type BatchSampler, defineComponent } from '@s3/interface';
import { z } from 'zod';
import { epochChance, longestFirst, requireLengths, type SamplerChance } from './sampler-source.ts';

/**
 * Random batches of items of like length, for training: each item in turn begins a batch that
 * goes on with the items next in length.
 *
 * An epoch has as many batches as there are items, so an item is in about `batchSize` of them.
 * A batch that begins with an item longer than `maxLength` has half the size, at least 1;
 * S3PRL makes empty batches there when `batchSize` is 1.
 */
export const sortedSliceSampler = defineComponent({
  name: 'sortedSliceSampler',
  config: z.object({
    batchSize: z.number().int().min(1).describe('items per batch; fewer at the end of the shortest items'),
    maxLength: z
      .number()
      .positive()
      .default(300_000)
      .describe('halves a batch whose longest item is longer, in the unit of the lengths (samples, say)'),
    shuffleInBatch: z.boolean().default(false).describe('another order of the items of each batch; else longest first'),
  }),
  build(source: { readonly lengths: readonly number[] } & SamplerChance, config, { seed }): BatchSampler {
    const { lengths } = source;
    requireLengths('sortedSliceSampler', lengths);
    const chance = epochChance(source, seed);
    const order = longestFirst(lengths);
    const placeOf: number[] = [];
    order.forEach((index, place) => {
      placeOf[index] = place;
    });
    const half = Math.max(1, Math.floor(config.batchSize / 2));
    return {
      batchesPerEpoch: lengths.length,
      epoch(epoch) {
        const random = chance(epoch);
        return random.permutation(lengths.length).map((first) => {
          const size = lengths[first]! > config.maxLength ? half : config.batchSize;
          const batch = order.slice(placeOf[first]!, placeOf[first]! + size);
          return config.shuffleInBatch ? random.permutation(batch.length).map((at) => batch[at]!) : batch;
        });
      },
    };
  },
});
