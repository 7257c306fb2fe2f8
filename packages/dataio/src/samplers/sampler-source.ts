import { InputError, type Random, randomStream } from '@s3/interface';

/** What a sampler that shuffles may be given beside its items. */
export interface SamplerChance {
  /** the random numbers of an epoch; a stream of the seed and the epoch unless given */
  readonly random?: ((epoch: number) => Pick<Random, 'permutation' | 'uniform'>) | undefined;
}

/** The chance of each epoch, by default a function of seed and epoch alone. */
export function epochChance({ random }: SamplerChance, seed: number): NonNullable<SamplerChance['random']> {
  return random ?? ((epoch) => randomStream(seed, 'order', epoch));
}

/** @throws InputError when there is nothing to sample */
export function requireItems(sampler: string, count: number): void {
  if (count > 0) return;
  throw new InputError(sampler, 'no items', 'at least one', 'Check the table, and the limits of length that may have dropped every item.');
}

/** @throws InputError for a length that is not a positive number */
export function requireLengths(sampler: string, lengths: readonly number[]): void {
  requireItems(sampler, lengths.length);
  const wrong = lengths.findIndex((length) => !(length > 0 && Number.isFinite(length)));
  if (wrong >= 0) {
    throw new InputError(
      `${sampler}, item ${wrong}`,
      `the length ${lengths[wrong]}`,
      'a positive number',
      'Check the item; it may have no audio.',
    );
  }
}

/** Item indices, longest first; of equal lengths the earlier item comes first. */
export function longestFirst(lengths: readonly number[]): number[] {
  return Array.from(lengths, (_, index) => index).sort((one, other) => lengths[other]! - lengths[one]!);
}

/** Consecutive groups of a size; the last may be smaller. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) => items.slice(group * size, (group + 1) * size));
}
