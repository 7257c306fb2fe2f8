import type { Affine, Normalization, Operations } from '../operations/operations.ts';
import { type ActivationName, activated } from './activation.ts';
import type { Attention } from './self-attention.ts';

/** The families' layers differ in how weights are named, and in these. */
export interface TransformerLayerParts {
  readonly attention: Attention;
  readonly attentionNorm: Normalization;
  readonly widen: Affine;
  readonly narrow: Affine;
  readonly feedForwardNorm: Normalization;
  /** whether what each block reads is normalized, rather than its sum with what the block makes of it */
  readonly normalizesFirst: boolean;
  /** by default GELU */
  readonly activation?: ActivationName;
  /** rate at which what a block gives is dropped in training */
  readonly dropout: number;
  /** that between the two affine maps; by default 0 */
  readonly activationDropout?: number;
}

/**
 * A layer of a transformer: attention, then two affine maps on each frame; each adds to what it is given.
 *
 * Vaswani et al., "Attention Is All You Need", 2017.
 */
export function transformerLayer({
  attention,
  attentionNorm,
  widen,
  narrow,
  feedForwardNorm,
  normalizesFirst,
  activation = 'gelu',
  dropout,
  activationDropout = 0,
}: TransformerLayerParts): Attention {
  return <T>(operations: Operations<T>, x: T, mask: T | undefined, bias: T | undefined): T => {
    const { affine } = operations;
    const attended = added(operations, x, attentionNorm, (y) => attention(operations, y, mask, bias));
    return added(operations, attended, feedForwardNorm, (y) =>
      affine(operations.dropout(activated(operations, affine(y, widen), activation), activationDropout), narrow),
    );
  };

  function added<T>(operations: Operations<T>, x: T, norm: Normalization, block: (y: T) => T): T {
    return operations.scoped(() => {
      const made = block(normalizesFirst ? operations.layerNorm(x, norm) : x);
      const sum = operations.add(x, operations.dropout(made, dropout));
      return normalizesFirst ? sum : operations.layerNorm(sum, norm);
    });
  }
}
