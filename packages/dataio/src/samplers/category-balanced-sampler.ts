import { type BatchSampler, defineComponent, InputError, settingPath } from '@s3/interface';
import { z } from 'zod';
import { epochChance, requireItems, type SamplerChance } from './sampler-source.ts';

/**
 * Full batches of items that all differ in their label, such as utterances of as many speakers, none twice in an epoch. With
 * fewer labels than a batch has items, none has more than its share of a batch, rounded up.
 *
 * ESPnet's sampler of this name goes through the items and passes over those whose label is in the batch already, so it leaves
 * out more of them, another number in every epoch, and makes no batch at all of fewer labels than items; here an epoch has as
 * many batches as there can be, always the same number.
 */
export const categoryBalancedSampler = defineComponent({
  name: 'categoryBalancedSampler',
  config: z.object({
    batchSize: z.number().int().min(1).describe('items per batch'),
  }),
  build(source: { readonly labels: readonly string[] } & SamplerChance, config, { seed }): BatchSampler {
    const { labels } = source;
    const { batchSize } = config;
    requireItems('categoryBalancedSampler', labels.length);
    const chance = epochChance(source, seed);
    const itemsOf = new Map<string, number[]>();
    labels.forEach((label, index) => {
      const items = itemsOf.get(label);
      if (items) items.push(index);
      else itemsOf.set(label, [index]);
    });
    const groups = [...itemsOf.values()];
    const perBatch = Math.ceil(batchSize / groups.length);
    const batchesPerEpoch = mostBatches(
      groups.map(({ length }) => length),
      { batchSize, perBatch },
    );
    if (batchesPerEpoch === 0) {
      throw new InputError(
        settingPath(config, 'batchSize'),
        `${batchSize} with ${labels.length} items of ${groups.length} labels, at most ${perBatch} of each in a batch`,
        'at least one full batch',
        'Make the batches smaller.',
      );
    }
    return {
      batchesPerEpoch,
      epoch(epoch) {
        const random = chance(epoch);
        const shuffled = <Item>(items: readonly Item[]) => random.permutation(items.length).map((place) => items[place]!);
        // neighbours go to neighbouring batches, so no more than `perBatch` items of a label meet in one
        const chosen = shuffled(groups).flatMap((items) => shuffled(items).slice(0, perBatch * batchesPerEpoch));
        const spare = new Set(random.permutation(chosen.length).slice(batchesPerEpoch * batchSize));
        const batches = Array.from({ length: batchesPerEpoch }, (): number[] => []);
        chosen.filter((_, place) => !spare.has(place)).forEach((item, place) => void batches[place % batchesPerEpoch]!.push(item));
        return shuffled(batches).map(shuffled);
      },
    };
  },
});

/** The most full batches with at most `perBatch` items of each label, by bisection: what few batches can be made of is there for fewer. */
function mostBatches(
  counts: readonly number[],
  { batchSize, perBatch }: { readonly batchSize: number; readonly perBatch: number },
): number {
  const suffices = (batches: number) => counts.reduce((sum, count) => sum + Math.min(count, perBatch * batches), 0) >= batches * batchSize;
  let [low, high] = [0, Math.floor(counts.reduce((sum, count) => sum + count, 0) / batchSize)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (suffices(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
