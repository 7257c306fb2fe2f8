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
 * A number, which is a mean over the share, becomes the mean over the batch; an object of numbers, which are counts, is added up; lists are
 * joined, and so is whatever else there is.
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
  if (values.every((value) => typeof value === 'number'))
    return values.reduce((sum, value, index) => sum + parts[index]!.fraction * value, 0);
  if (!values.every(isCounts)) return values.flat(1);
  return Object.fromEntries(Object.keys(values[0]!).map((count) => [count, values.reduce((sum, one) => sum + one[count]!, 0)]));
}

const isCounts = (value: unknown): value is { readonly [count: string]: number } =>
  Object.prototype.toString.call(value) === '[object Object]' && Object.values(value as object).every((count) => typeof count === 'number');
