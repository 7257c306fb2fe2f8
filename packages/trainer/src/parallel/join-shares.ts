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
 * Lists are joined; a number, which is a mean over the share, becomes the mean over the batch; an object of numbers, which are counts,
 * is added up.
 */
export function joinShares(shares: readonly SharedEntry[]): readonly SharedEntry['entry'][] {
  const batches = new Map<number, SharedEntry[]>();
  for (const share of shares) batches.set(share.batch, [...(batches.get(share.batch) ?? []), share]);
  const inOrder = [...batches].sort(([one], [other]) => one - other);
  return inOrder.map(([, parts]) => {
    const [first] = parts as [SharedEntry];
    if (parts.length === 1) return first.entry;
    return Object.fromEntries(Object.keys(first.entry).map((name) => [name, joined(parts, name)]));
  });
}

function joined(parts: readonly SharedEntry[], name: string): unknown {
  const values = parts.map(({ entry }) => entry[name]);
  if (typeof values[0] === 'number') return parts.reduce((sum, { fraction }, index) => sum + fraction * (values[index] as number), 0);
  if (Array.isArray(values[0])) return values.flat(1);
  const counts = values as { readonly [count: string]: number }[];
  return Object.fromEntries(Object.keys(counts[0]!).map((count) => [count, counts.reduce((sum, one) => sum + one[count]!, 0)]));
}
