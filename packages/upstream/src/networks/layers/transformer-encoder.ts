import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { throughLayers } from './layer-stack.ts';
import { affineWeights, normWeights } from './layer-weights.ts';
import type { Attention } from './self-attention.ts';
import { transformerLayer } from './transformer-layer.ts';

type Settings = Pick<
  NetworkConfig,
  | 'hidden_size'
  | 'intermediate_size'
  | 'num_hidden_layers'
  | 'layer_norm_eps'
  | 'do_stable_layer_norm'
  | 'hidden_dropout'
  | 'activation_dropout'
  | 'adapter_attn_dim'
>;

/** The parts in which the families differ. */
export interface EncoderParts {
  /** adds each frame's position */
  readonly position: { readonly forward: <T>(operations: Operations<T>, x: T) => T };
  readonly attention: (names: WeightNames) => Attention;
  /** bias by distance, of all layers alike */
  readonly bias?: (names: WeightNames) => <T>(operations: Operations<T>, like: T) => T;
}

/**
 * Transformer encoder; gives the input of every layer and the output of the last.
 *
 * Normalized after each sublayer and before the first, or (stable) before each sublayer and
 * after the last.
 */
export function transformerEncoder(names: WeightNames, config: Settings, parts: EncoderParts) {
  const size = config.hidden_size;
  const stable = config.do_stable_layer_norm;
  const norm = normWeights(names.within('layer_norm'), size, config.layer_norm_eps);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const own = names.within(`layers.${layer}`);
    const forward = transformerLayer({
      attention: parts.attention(own.within('attention')),
      attentionNorm: normWeights(own.within('layer_norm'), size, config.layer_norm_eps),
      widen: affineWeights(own.within('feed_forward.intermediate_dense'), size, config.intermediate_size),
      narrow: affineWeights(own.within('feed_forward.output_dense'), config.intermediate_size, size),
      feedForwardNorm: normWeights(own.within('final_layer_norm'), size, config.layer_norm_eps),
      normalizesFirst: stable,
      dropout: config.hidden_dropout,
      activationDropout: config.activation_dropout,
    });
    const bottleneck = stable ? config.adapter_attn_dim : null;
    return { prefix: own.prefix, forward: bottleneck === null ? forward : adapted(own.within('adapter_layer'), size, bottleneck, forward) };
  });
  const distanceBias = parts.bias?.(names.within('layers.0.attention'));

  return {
    hiddenStates: layers.length + 1,
    forward<T>(operations: Operations<T>, x: T, { mask, highest }: Pick<NetworkInput<T>, 'mask' | 'highest'>): T[] {
      const { scoped, layerNorm } = operations;
      const placed = operations.stage(x, names.within('pos_conv_embed').prefix, () =>
        scoped(() => {
          const shown = mask === undefined ? x : operations.maskSteps(x, mask);
          const sum = operations.add(shown, parts.position.forward(operations, shown));
          return operations.dropout(stable ? sum : layerNorm(sum, norm), config.hidden_dropout);
        }),
      );
      const hiddenStates = throughLayers(operations, placed, layers, { mask, bias: distanceBias?.(operations, placed), highest });
      if (stable && hiddenStates.length > layers.length) hiddenStates.push(scoped(() => layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;
    },
  };
}

/** A layer and what it does for one language: a bottleneck, added. Pratap et al., "Scaling Speech Technology to 1,000+ Languages", 2023. */
function adapted(names: WeightNames, size: number, bottleneck: number, layer: Attention): Attention {
  // PyTorch's default; the checkpoint's own epsilon is for the other normalizations
  const norm = normWeights(names.within('norm'), size, 1e-5);
  const narrow = affineWeights(names.within('linear_1'), size, bottleneck);
  const widen = affineWeights(names.within('linear_2'), bottleneck, size);
  return (operations, x, mask, bias) => {
    const output = layer(operations, x, mask, bias);
    return operations.scoped(() => {
      const narrowed = operations.relu(operations.affine(operations.layerNorm(output, norm), narrow));
      return operations.add(output, operations.affine(narrowed, widen));
    });
  };
}
