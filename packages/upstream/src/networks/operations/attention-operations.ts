import type { Weight } from '../weight-names.ts';

/** What attention is made of. */
export interface AttentionOperations<T> {
  /** Sines and cosines of each step, of the frequencies of Vaswani et al. in turn, (1, steps, size). */
  readonly stepWaves: (like: T, size: number) => T;
  /** (batch, steps, heads * features) to (batch, heads, steps, features) */
  readonly splitHeads: (x: T, heads: number) => T;
  /** (..., groups * n) to its groups, each summed to (..., 1) */
  readonly groupSums: (x: T, groups: number) => readonly T[];
  /**
   * What each pair of steps adds to attention by its distance alone, (1, heads, steps, steps).
   *
   * @param like of as many steps as the answer
   * @param embedding (buckets, heads)
   * @param bucketOf bucket of a distance, key's step less query's
   * @param farthest distance beyond which the bucket stays the same
   */
  readonly distanceBias: (like: T, embedding: Weight, bucketOf: (distance: number) => number, farthest: number) => T;
  /**
   * Sines and cosines of each distance between two steps, of the frequencies of Vaswani et al. in turn, (1, 2 * steps - 1, size).
   *
   * @param like of so many steps; distances go from steps - 1 down to 1 - steps
   */
  readonly distanceWaves: (like: T, size: number) => T;
  /**
   * Of each distance between two steps what a weight (left + right + 1, features) has for it, the same for all heads: from steps - 1, query's
   * step less key's, down to 1 - steps; (1, 2 * steps - 1, heads * features).
   *
   * @param like of so many steps
   * @param options.left a key that is further before is taken as this far; it has the first row
   * @param options.right the same for keys behind; it has the last
   */
  readonly distanceKeys: (
    like: T,
    embedding: Weight,
    options: { readonly left: number; readonly right: number; readonly heads: number },
  ) => T;
  /**
   * What each pair of steps adds to attention by what one asks of their distance, (batch, heads, steps, steps).
   *
   * @param query (batch, steps, heads * features)
   * @param keys of each distance, query's step less key's, from steps - 1 down to 1 - steps: (1, 2 * steps - 1, heads * features)
   */
  readonly distanceProducts: (query: T, keys: T, heads: number) => T;
  /** the features of each head turned in pairs, by angles that grow with the step (Su et al., "RoFormer", 2021) */
  readonly rotated: (x: T, heads: number, options: { readonly size: number; readonly base: number }) => T;
  /**
   * Attention of every step to all steps, by the product of their heads.
   *
   * @param scale factor of the products
   * @param bias (1 or batch, heads, steps, steps) added to the products
   * @param mask (batch, steps), 0 where nothing may be read
   * @param dropout rate at which shares are dropped in training
   */
  readonly attention: (
    query: T,
    key: T,
    value: T,
    options: {
      readonly heads: number;
      readonly scale: number;
      readonly bias?: T | undefined;
      readonly mask?: T | undefined;
      readonly dropout: number;
    },
  ) => T;
}
