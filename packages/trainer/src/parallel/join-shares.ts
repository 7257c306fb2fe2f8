/** What one process collected of its share of a batch. */
export interface SharedEntry {
  /** number of the batch, in the order of training */
  readonly batch: number;
  /** its part of the batch, 0..1: by items, or by what the task weighs */
  readonly fraction: number;
  readonly entry: { readonly [name: string]: unknown };
}

/**
 * The entries of whole batches, in their order, out of those of shares, by rank.
 *
 * Lists are joined; a number, which is a mean over the share, becomes the mean over the batch.
 */
export function joinShares(shares: readonly SharedEntry[]): readonly SharedEntry['entry'][] {
  const batches = new Map<number, SharedEntry[]>();
  for (const share of shares) batches.set(share.batch, [...(batches.get(share.batch) ?? []), share]);
  const inOrder = [...batches].sort(([one], [other]) => one - other);
  return inOrder.map(([, parts]) => {
    const [first] = parts as [SharedEntry];
    if (parts.length === 1) return first.entry;
    return Object.fromEntries(
      Object.entries(first.entry).map(([name, value]) => [name, typeof value === 'number' ? weighted(parts, name) : listed(parts, name)]),
    );
  });
}

function weighted(parts: readonly SharedEntry[], name: string): number {
  return parts.reduce((sum, { fraction, entry }) => sum + fraction * (entry[name] as number), 0);
}

function listed(parts: readonly SharedEntry[], name: string): unknown[] {
  return parts.flatMap(({ entry }) => entry[name] as unknown[] | unknown);
}
