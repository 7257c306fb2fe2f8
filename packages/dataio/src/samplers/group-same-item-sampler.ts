import { type BatchSampler, defineComponent } from '@s3/interface';
import { z } from 'zod';
import { requireItems } from './sampler-source.ts';

/** One batch for each label with all of its items, such as the chunks of one recording; labels in the order of first use. */
export const groupSameItemSampler = defineComponent({
  name: 'groupSameItemSampler',
  config: z.object({}),
  build({ labels }: { readonly labels: readonly string[] }): BatchSampler {
    requireItems('groupSameItemSampler', labels.length);
    const groups = new Map<string, number[]>();
    labels.forEach((label, index) => {
      const group = groups.get(label);
      if (group) group.push(index);
      else groups.set(label, [index]);
    });
    const batches = [...groups.values()];
    return { batchesPerEpoch: batches.length, epoch: () => batches };
  },
});
