import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { activated } from './activation.ts';
import { type StackedLayer, throughLayers } from './layer-stack.ts';
import { affineWeights, normWeights } from './layer-weights.ts';
import type { AttentionWeights } from './self-attention.ts';

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
    return { prefix: own.prefix, forward: conformerLayer(own, config, epsilon, parts) };
  });
  const norm = hasNorm ? normWeights(names.within('layer_norm'), config.hidden_size, config.layer_norm_eps) : undefined;
  return {
    hiddenStates: layers.length + 1,
    forward<T>(operations: Operations<T>, x: T, { mask, highest }: Pick<NetworkInput<T>, 'mask' | 'highest'>): T[] {
      const { scoped } = operations;
      const begun = scoped(() => operations.dropout(mask === undefined ? x : operations.maskSteps(x, mask), config.hidden_dropout));
      const hiddenStates = throughLayers(operations, begun, layers, { mask, bias: distances?.(operations, begun), highest });
      if (norm && hiddenStates.length > layers.length) hiddenStates.push(scoped(() => operations.layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;
    },
  };
}

/** Half a feed-forward block, attention, convolution, and the other half. */
function conformerLayer(
  names: WeightNames,
  config: NetworkConfig,
  epsilon: number,
  parts: (names: WeightNames) => ConformerParts,
): StackedLayer['forward'] {
  const block = (name: string) => feedForward(names, name, config, epsilon);
  const [first, { attention, convolution }, second] = [block('ffn1'), parts(names), block('ffn2')];
  const last = normWeights(names.within('final_layer_norm'), config.hidden_size, epsilon);
  return <T>(operations: Operations<T>, x: T, mask: T | undefined, distances: T | undefined): T => {
    const { scoped, add } = operations;
    const half = (y: T, made: typeof first) => scoped(() => add(y, operations.multiply(made(operations, y), 0.5)));
    const begun = half(x, first);
    const attended = scoped(() => add(begun, attention(operations, begun, mask, distances)));
    const convolved = scoped(() => add(attended, convolution(operations, attended, mask)));
    return operations.layerNorm(half(convolved, second), last);
  };
}

/** Names the weights of attention. */
export function attentionWeights(names: WeightNames, size: number): AttentionWeights {
  const weights = (name: string) => affineWeights(names.within(name), size, size);
  return { query: weights('linear_q'), key: weights('linear_k'), value: weights('linear_v'), output: weights('linear_out') };
}

function feedForward(names: WeightNames, name: string, config: NetworkConfig, epsilon: number) {
  const { hidden_size: size, intermediate_size: wide } = config;
  const norm = normWeights(names.within(`${name}_layer_norm`), size, epsilon);
  const widen = affineWeights(names.within(`${name}.intermediate_dense`), size, wide);
  const narrow = affineWeights(names.within(`${name}.output_dense`), wide, size);
  return <T>(operations: Operations<T>, x: T): T => {
    const inner = activated(operations, operations.affine(operations.layerNorm(x, norm), widen), config.hidden_act);
    return operations.dropout(operations.affine(operations.dropout(inner, config.activation_dropout), narrow), config.hidden_dropout);
  };
}
