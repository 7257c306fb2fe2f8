import * as tf from '@tensorflow/tfjs-core';
import type { Updated } from './update-rules.ts';

/** What an update changes, of one weight or of several joined. */
export interface Part {
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly slots: { readonly [slot: string]: tf.Tensor };
  readonly step: number;
}

/** Values that are joined at most: 16 MB in each of the tensors that a rule makes on its way. */
const mostValues = 2 ** 22;

/**
 * Weights that can be updated together, since rules treat every value alike and these have seen as many updates.
 *
 * A rule takes a dozen operations, and their number is what an update of many small weights costs.
 */
export function together<P extends Part>(parts: readonly P[]): P[][] {
  const groups: P[][] = [];
  const open = new Map<string, { readonly group: P[]; size: number }>();
  for (const part of parts) {
    const alike = [part.step, ...Object.keys(part.slots)].join();
    let last = open.get(alike);
    if (!last || last.size + part.weight.size > mostValues) {
      last = { group: [], size: 0 };
      groups.push(last.group);
      open.set(alike, last);
    }
    last.group.push(part);
    last.size += part.weight.size;
  }
  return groups;
}

/** Updates parts as one vector; inside a `tf.tidy`. */
export function joinedUpdate(parts: readonly Part[], update: (part: Part) => Updated): Updated[] {
  const [first] = parts as [Part];
  if (parts.length === 1) return [update(first)];
  const join = (pick: (part: Part) => tf.Tensor) => tf.concat1d(parts.map((part) => tf.reshape(pick(part), [-1]) as tf.Tensor1D));
  const slots = Object.fromEntries(Object.keys(first.slots).map((slot) => [slot, join((part) => part.slots[slot]!)]));
  const updated = update({ ...first, weight: join(({ weight }) => weight), gradient: join(({ gradient }) => gradient), slots });
  const sizes = parts.map(({ weight }) => weight.size);
  const divide = (joined: tf.Tensor) => tf.split(joined, sizes).map((piece, index) => tf.reshape(piece, parts[index]!.weight.shape));
  const weights = divide(updated.weight);
  const slotsOf = Object.entries(updated.slots).map(([slot, joined]) => [slot, divide(joined)] as const);
  return parts.map((_, index) => ({
    weight: weights[index]!,
    slots: Object.fromEntries(slotsOf.map(([slot, pieces]) => [slot, pieces[index]!])),
  }));
}
