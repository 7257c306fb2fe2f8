import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Affine, Operations, WeightNames } from '../operations/operations.ts';
import { affineWeights, normWeights } from './layer-weights.ts';

/** What a layer does beside its feed-forward blocks; both are normalized first, and added to what they are given. */
export interface ConformerParts {
  readonly attention: <T>(operations: Operations<T>, x: T, mask: T | undefined, distances: T | undefined) => T;
  readonly convolution: <T>(operations: Operations<T>, x: T, mask: T | undefined) => T;
}

/**
 * Conformer layers; gives the input of every one and the output of the last.
 *
 * Gulati et al., "Conformer", 2020.
 *
 * @param distances what all layers read of the distances of steps
 * @param hasNorm whether the last output is normalized once more
 */
export function conformerEncoder(
  names: WeightNames,
  config: NetworkConfig,
  {
    epsilon,
    parts,
    distances,
    hasNorm,
  }: {
    readonly epsilon: number;
    readonly parts: (names: WeightNames) => ConformerParts;
    readonly distances?: (<T>(operations: Operations<T>, like: T) => T) | undefined;
    readonly hasNorm: boolean;
  },
) {
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const own = names.within(`layers.${layer}`);
    const block = (name: string) => feedForward(own, name, config, epsilon);
    const [first, { attention, convolution }, second] = [block('ffn1'), parts(own), block('ffn2')];
    return {
      prefix: own.prefix,
      first,
      attention,
      convolution,
      second,
      norm: normWeights(own.within('final_layer_norm'), config.hidden_size, epsilon),
    };
  });
  const norm = hasNorm ? normWeights(names.within('layer_norm'), config.hidden_size, config.layer_norm_eps) : undefined;
  return {
    hiddenStates: layers.length + 1,
    forward<T>(operations: Operations<T>, x: T, mask: T | undefined): T[] {
      const { scoped, add } = operations;
      let hidden = scoped(() => operations.dropout(mask === undefined ? x : operations.maskSteps(x, mask), config.hidden_dropout));
      const read = distances?.(operations, hidden);
      const hiddenStates = [hidden];
      for (const layer of layers) {
        if (operations.keepsLayer()) hidden = operations.stage(hidden, layer.prefix, (y) => scoped(() => throughLayer(y, layer)));
        hiddenStates.push(hidden);
      }
      if (norm) hiddenStates.push(scoped(() => operations.layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;

      /** Half a feed-forward block, attention, convolution, and the other half. */
      function throughLayer(y: T, { first, attention, convolution, second, norm: last }: Omit<(typeof layers)[number], 'prefix'>): T {
        const half = (z: T, block: typeof first) => scoped(() => add(z, operations.multiply(block(operations, z), 0.5)));
        const begun = half(y, first);
        const attended = scoped(() => add(begun, attention(operations, begun, mask, read)));
        const convolved = scoped(() => add(attended, convolution(operations, attended, mask)));
        return operations.layerNorm(half(convolved, second), last);
      }
    },
  };
}

/** The activation that the checkpoint names. */
export function activated<T>(operations: Operations<T>, x: T, { hidden_act }: NetworkConfig): T {
  return hidden_act === 'gelu' ? operations.gelu(x) : operations.multiply(x, operations.sigmoid(x));
}

/** Names the weights of attention: what asks, what is asked, what is read, and what is made of it. */
export function attentionWeights(names: WeightNames, size: number): readonly [query: Affine, key: Affine, value: Affine, output: Affine] {
  const weights = (name: string) => affineWeights(names.within(name), size, size);
  return [weights('linear_q'), weights('linear_k'), weights('linear_v'), weights('linear_out')];
}

function feedForward(names: WeightNames, name: string, config: NetworkConfig, epsilon: number) {
  const { hidden_size: size, intermediate_size: wide } = config;
  const norm = normWeights(names.within(`${name}_layer_norm`), size, epsilon);
  const widen = affineWeights(names.within(`${name}.intermediate_dense`), size, wide);
  const narrow = affineWeights(names.within(`${name}.output_dense`), wide, size);
  return <T>(operations: Operations<T>, x: T): T => {
    const inner = activated(operations, operations.affine(operations.layerNorm(x, norm), widen), config);
    return operations.dropout(operations.affine(operations.dropout(inner, config.activation_dropout), narrow), config.hidden_dropout);
  };
}
