import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Affine, Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { affineWeights } from './layer-weights.ts';

/**
 * What a layer makes of its frames by looking at all of them.
 *
 * @param mask (batch, frames)
 * @param bias (1, heads, frames, frames) by distance, where the family has one
 */
export type Attention = <T>(operations: Operations<T>, x: T, mask: T | undefined, bias: T | undefined) => T;

/** What asks, what is asked, what is read, and what is made of it; each (size, size). */
export interface AttentionWeights {
  readonly query: Affine;
  readonly key: Affine;
  readonly value: Affine;
  readonly output: Affine;
}

export interface AttentionShape {
  /** features of a frame */
  readonly size: number;
  readonly heads: number;
  /** rate at which shares are dropped in training */
  readonly dropout: number;
}

/** Multi-head self-attention. Vaswani et al., "Attention Is All You Need", 2017. */
export function multiHeadAttention({ query, key, value, output }: AttentionWeights, { size, heads, dropout }: AttentionShape): Attention {
  const scale = (size / heads) ** -0.5;
  return (operations, x, mask, bias) => {
    const { affine } = operations;
    const options = { heads, scale, bias, mask, dropout };
    return affine(operations.attention(affine(x, query), affine(x, key), affine(x, value), options), output);
  };
}

type Settings = Pick<NetworkConfig, 'hidden_size' | 'num_attention_heads' | 'attention_dropout'>;

/** Multi-head self-attention by wav2vec 2.0's names. */
export function selfAttention(
  names: WeightNames,
  { hidden_size: size, num_attention_heads: heads, attention_dropout }: Settings,
): Attention {
  const weights = (name: string) => affineWeights(names.within(name), size, size);
  const [query, key, value, output] = [weights('q_proj'), weights('k_proj'), weights('v_proj'), weights('out_proj')];
  return multiHeadAttention({ query, key, value, output }, { size, heads, dropout: attention_dropout });
}

/**
 * Self-attention whose heads see how far apart two frames are, as much as each frame lets them.
 *
 * Chen et al., "WavLM", 2022.
 */
export function gatedSelfAttention(names: WeightNames, config: Settings): Attention {
  const heads = config.num_attention_heads;
  const attend = selfAttention(names, config);
  const gates = affineWeights(names.within('gru_rel_pos_linear'), config.hidden_size / heads, 8);
  const scale = names.weight('gru_rel_pos_const', 1, heads, 1, 1);
  return (operations, x, mask, bias) => {
    const { add, multiply } = operations;
    const [first, second] = operations.groupSums(operations.affine(operations.splitHeads(x, heads), gates), 2);
    const [update, reset] = [operations.sigmoid(first!), operations.sigmoid(second!)];
    const gate = add(multiply(update, add(multiply(reset, scale), -1)), 2);
    return attend(operations, x, mask, bias && multiply(gate, bias));
  };
}

/**
 * Bucket of a distance: one for each near distance and sign, then ever wider ones (T5's).
 *
 * @param distance the key's frame less the query's
 */
export function distanceBucket(distance: number, buckets: number, farthest: number): number {
  const half = buckets >> 1;
  const exact = half >> 1;
  const away = Math.abs(distance);
  const sign = distance > 0 ? half : 0;
  if (away < exact) return sign + away;
  const wide = exact + Math.trunc((Math.log(away / exact) / Math.log(farthest / exact)) * (half - exact));
  return sign + Math.min(wide, half - 1);
}
