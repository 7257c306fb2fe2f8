import type { Operations } from '../operations/operations.ts';

/** A layer of a stack. */
export interface StackedLayer {
  /** what its weights' names begin with */
  readonly prefix: string;
  readonly forward: <T>(operations: Operations<T>, x: T, mask: T | undefined, bias: T | undefined) => T;
}

/**
 * The input of every layer and the output of the last; in training a layer may be left out by chance.
 *
 * @param mask (batch, frames), for every layer
 * @param bias what every layer reads beside it
 * @param highest the last of these, from 0, that is asked for; layers above it are not run
 */
export function throughLayers<T>(
  operations: Operations<T>,
  x: T,
  layers: readonly StackedLayer[],
  {
    mask,
    bias,
    highest = layers.length,
  }: { readonly mask?: T | undefined; readonly bias?: T | undefined; readonly highest?: number | undefined } = {},
): T[] {
  let hidden = x;
  const hiddenStates = [hidden];
  for (const { prefix, forward } of layers.slice(0, Math.max(0, highest))) {
    if (operations.keepsLayer())
      hidden = operations.stage(hidden, prefix, (y) => operations.scoped(() => forward(operations, y, mask, bias)));
    hiddenStates.push(hidden);
  }
  return hiddenStates;
}
