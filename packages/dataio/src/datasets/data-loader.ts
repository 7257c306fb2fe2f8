import type { BatchSampler, Collate, DataLoader, Dataset } from '@s3/interface';

/** What a `dataLoader` joins. */
export interface DataLoaderWiring<Item, Batch> {
  readonly dataset: Dataset<Item> & { readonly workers?: number; readonly lengths?: readonly number[]; readonly sampleRate?: number };
  readonly sampler: BatchSampler;
  readonly collate: Collate<Item, Batch>;
  /** groups of batches read ahead of the one in use; 2 more than the dataset has threads when left out */
  readonly readAhead?: number;
}

/** Small batches are read together: one message for each clip is no faster than no threads at all. */
const itemsInGroup = 8;

/**
 * Batches in the sampler's order, read ahead of their use in the dataset's threads.
 *
 * A batch is collated only when it is handed out, so leaving an epoch early leaks no tensors; what is being read then
 * is read to its end and dropped.
 */
export function dataLoader<Item, Batch>({ dataset, sampler, collate, readAhead }: DataLoaderWiring<Item, Batch>): DataLoader<Batch> {
  const workers = dataset.workers ?? 0;
  const ahead = Math.max(1, readAhead ?? (workers === 0 ? 1 : workers + 2));
  return {
    length: sampler.batchesPerEpoch,
    ...(dataset.varies !== undefined && { varies: dataset.varies }),
    ...(dataset.lengths &&
      dataset.sampleRate && { audioSeconds: dataset.lengths.reduce((sum, samples) => sum + samples, 0) / dataset.sampleRate }),
    async *epoch(epoch, start = 0) {
      for await (const items of read(sampler.epoch(epoch).slice(start), epoch)) yield collate(items);
    },
    async *shares(epoch, start, choose) {
      const batches = sampler.epoch(epoch).slice(start);
      const kept = batches.map((batch, place) => choose(batch, start + place));
      let place = 0;
      for await (const items of read(kept, epoch)) {
        const fraction = items.length / batches[place++]!.length;
        yield items.length === 0 ? { fraction } : { batch: collate(items), fraction };
      }
    },
  };

  async function* read(batches: readonly (readonly number[])[], epoch: number): AsyncGenerator<readonly Item[]> {
    const groups = grouped(batches, workers === 0 ? 1 : itemsInGroup);
    const reading: Promise<readonly Item[]>[] = [];
    let next = 0;
    for (const group of groups) {
      while (next < groups.length && reading.length < ahead) {
        const indices = groups[next]!.flat();
        const items = indices.length === 0 ? Promise.resolve([]) : dataset.load(indices, epoch);
        // The error is thrown where its batch is due; until then, and if nobody comes for it, it is not unhandled.
        items.catch(() => {});
        reading.push(items);
        next++;
      }
      const items = await reading.shift()!;
      let first = 0;
      for (const batch of group) {
        yield items.slice(first, first + batch.length);
        first += batch.length;
      }
    }
  }
}

function grouped(batches: readonly (readonly number[])[], items: number): (readonly number[])[][] {
  const groups: (readonly number[])[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const batch of batches) {
    if (size >= items) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(batch);
    size += batch.length;
  }
  return groups;
}
