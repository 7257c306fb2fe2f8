import { type BatchSampler, defineComponent, InputError, settingPath } from '@s3/interface';
import { z } from 'zod';
import { chunks, epochChance, requireItems, type SamplerChance } from './sampler-source.ts';

/** Batches of one size; the last one has what is left. */
export const fixedBatchSampler = defineComponent({
  name: 'fixedBatchSampler',
  config: z.object({
    batchSize: z.number().int().min(1).default(1).describe('items per batch'),
    shuffle: z.boolean().default(false).describe('another order in every epoch; else the order of the items'),
    dropLast: z.boolean().default(false).describe('leave out a last batch that is not full'),
  }),
  build(source: { readonly length: number } & SamplerChance, config, { seed }): BatchSampler {
    const { batchSize, shuffle, dropLast } = config;
    requireItems('fixedBatchSampler', source.length);
    const chance = epochChance(source, seed);
    const batchesPerEpoch = dropLast ? Math.floor(source.length / batchSize) : Math.ceil(source.length / batchSize);
    if (batchesPerEpoch === 0) {
      throw new InputError(
        settingPath(config, 'batchSize'),
        `${batchSize} with ${source.length} items, and dropLast`,
        'at least one full batch',
        'Make the batches smaller, or keep the last one.',
      );
    }
    return {
      batchesPerEpoch,
      epoch(epoch) {
        const order = shuffle ? chance(epoch).permutation(source.length) : Array.from({ length: source.length }, (_, index) => index);
        return chunks(order, batchSize).slice(0, batchesPerEpoch);
      },
    };
  },
});
