import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Operations, WeightNames } from '../operations/operations.ts';
import { affineWeights, normWeights } from './layer-weights.ts';
import type { Attention } from './self-attention.ts';

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
    return {
      prefix: own.prefix,
      attention: parts.attention(own.within('attention')),
      attentionNorm: normWeights(own.within('layer_norm'), size, config.layer_norm_eps),
      widen: affineWeights(own.within('feed_forward.intermediate_dense'), size, config.intermediate_size),
      narrow: affineWeights(own.within('feed_forward.output_dense'), config.intermediate_size, size),
      feedForwardNorm: normWeights(own.within('final_layer_norm'), size, config.layer_norm_eps),
      adapter:
        stable && config.adapter_attn_dim !== null ? adapterWeights(own.within('adapter_layer'), size, config.adapter_attn_dim) : undefined,
    };
  });
  const distanceBias = parts.bias?.(names.within('layers.0.attention'));

  return {
    hiddenStates: layers.length + 1,
    forward<T>(operations: Operations<T>, x: T, mask: T | undefined): T[] {
      const { add, scoped, layerNorm } = operations;
      const drop = (y: T) => operations.dropout(y, config.hidden_dropout);
      let hidden = operations.stage(x, names.within('pos_conv_embed').prefix, () =>
        scoped(() => {
          const shown = mask === undefined ? x : operations.maskSteps(x, mask);
          const placed = add(shown, parts.position.forward(operations, shown));
          return drop(stable ? placed : layerNorm(placed, norm));
        }),
      );
      const bias = distanceBias?.(operations, hidden);
      const hiddenStates = [hidden];
      for (const layer of layers) {
        if (operations.keepsLayer()) hidden = operations.stage(hidden, layer.prefix, (y) => scoped(() => throughLayer(y, layer)));
        hiddenStates.push(hidden);
      }
      if (stable) hiddenStates.push(scoped(() => layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;

      function throughLayer(
        y: T,
        { attention, attentionNorm, widen, narrow, feedForwardNorm, adapter }: Omit<(typeof layers)[number], 'prefix'>,
      ): T {
        const attended = scoped(() => {
          const sum = add(y, drop(attention.forward(operations, stable ? layerNorm(y, attentionNorm) : y, mask, bias)));
          return stable ? sum : layerNorm(sum, attentionNorm);
        });
        const output = scoped(() => {
          const wide = operations.gelu(operations.affine(stable ? layerNorm(attended, feedForwardNorm) : attended, widen));
          const sum = add(attended, drop(operations.affine(operations.dropout(wide, config.activation_dropout), narrow)));
          return stable ? sum : layerNorm(sum, feedForwardNorm);
        });
        if (!adapter) return output;
        return scoped(() => {
          const narrowed = operations.relu(operations.affine(layerNorm(output, adapter.norm), adapter.narrow));
          return add(output, operations.affine(narrowed, adapter.widen));
        });
      }
    },
  };
}

/** What a layer does for one language: a bottleneck, added. Pratap et al., "Scaling Speech Technology to 1,000+ Languages", 2023. */
function adapterWeights(names: WeightNames, size: number, bottleneck: number) {
  return {
    // PyTorch's default; the checkpoint's own epsilon is for the other normalizations
    norm: normWeights(names.within('norm'), size, 1e-5),
    narrow: affineWeights(names.within('linear_1'), size, bottleneck),
    widen: affineWeights(names.within('linear_2'), bottleneck, size),
  };
}
