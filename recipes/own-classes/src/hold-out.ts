import { randomStream } from '@s3/interface';

/**
 * Which recordings are kept out of training, to see whether what was learned holds for others: a share of each class,
 * at least one, and never more than half of it.
 *
 * @param labels of the recordings
 * @param share 0..1; 0 keeps none out
 * @returns for each recording whether it is kept out
 */
export function holdOut(labels: readonly string[], share: number, seed: number): readonly boolean[] {
  const isHeldOut = labels.map(() => false);
  for (const label of new Set(labels)) {
    const places = labels.flatMap((other, place) => (other === label ? [place] : []));
    const count = share === 0 ? 0 : Math.min(Math.floor(places.length / 2), Math.max(1, Math.round(share * places.length)));
    const order = randomStream(seed, 'hold out', label).permutation(places.length);
    for (const chosen of order.slice(0, count)) isHeldOut[places[chosen]!] = true;
  }
  return isHeldOut;
}
