import { type BatchSampler, defineComponent, InputError, settingPath } from '@s3/interface';
import { z } from 'zod';
import { epochChance, requireLengths, type SamplerChance } from './sampler-source.ts';

/**
 * Batches that hold as many items as a limit on their length allows.
 *
 * Shuffled, the number of batches differs a little between epochs; `batchesPerEpoch` is that
 * of epoch 0. S3PRL refuses a single item over the limit only when it comes first in an epoch;
 * here it is always refused.
 */
export const maxTimestampSampler = defineComponent({
  name: 'maxTimestampSampler',
  config: z.object({
    maxLength: z.number().positive().describe('largest length of a batch, in the unit of the lengths'),
    measure: z
      .enum(['padded', 'sum'])
      .default('padded')
      .describe('length of a batch: padded (items times the longest) or sum (padding does not count)'),
    shuffle: z.boolean().default(false).describe('another order in every epoch; else the order of the items'),
  }),
  build(source: { readonly lengths: readonly number[] } & SamplerChance, config, { seed }): BatchSampler {
    const { lengths } = source;
    const { maxLength, measure, shuffle } = config;
    requireLengths('maxTimestampSampler', lengths);
    refuseTooLong(lengths, maxLength, settingPath(config, 'maxLength'));
    const chance = epochChance(source, seed);

    const epochBatches = (epoch: number): number[][] => {
      const order = shuffle ? chance(epoch).permutation(lengths.length) : lengths.map((_, index) => index);
      const batches: number[][] = [];
      let [longest, sum] = [0, 0];
      for (const index of order) {
        const length = lengths[index]!;
        const batch = batches.at(-1);
        longest = Math.max(longest, length);
        sum += length;
        if (batch && (measure === 'sum' ? sum : longest * (batch.length + 1)) <= maxLength) batch.push(index);
        else {
          batches.push([index]);
          longest = length;
          sum = length;
        }
      }
      return batches;
    };
    return { batchesPerEpoch: epochBatches(0).length, epoch: epochBatches };
  },
});

function refuseTooLong(lengths: readonly number[], maxLength: number, setting: string): void {
  const tooLong = lengths.flatMap((length, index) => (length > maxLength ? [index] : []));
  if (tooLong.length === 0) return;
  const longest = tooLong.reduce((one, other) => (lengths[other]! > lengths[one]! ? other : one));
  throw new InputError(
    setting,
    `${maxLength}, which ${tooLong.length} of ${lengths.length} items exceed (item ${longest} has ${lengths[longest]})`,
    'room for the longest item alone',
    'Raise it, or leave such items out.',
  );
}
