import { encoderNetwork } from './encoder-network.ts';
import { featureEncoder } from './feature-encoder.ts';
import { featureProjection } from './feature-projection.ts';
import { affineWeights, normWeights } from './layer-weights.ts';
import type { NetworkConfig } from './network-config.ts';
import { type Network, type Operations, type WeightNames, weightNames } from './operations.ts';

// PyTorch's default; the checkpoint's own epsilon is for the last normalization
const epsilon = 1e-5;

/**
 * wav2vec 2.0 with conformer layers, their positions relative or rotary.
 *
 * (batch, samples) to hidden states (batch, frames, features). The convolutions of the layers carry what they make of padding into the
 * utterance, so an utterance alone and padded differ. Batch norms keep the statistics of their training where the upstream is trained, too.
 *
 * Wang et al., "fairseq S2T", 2020; Gulati et al., "Conformer", 2020.
 */
export function wav2vec2Conformer(config: NetworkConfig): Network {
  const { names, weights } = weightNames();
  const encoder = featureEncoder(names.within('feature_extractor'), config);
  const projection = featureProjection(names.within('feature_projection'), encoder.size, { ...config, feat_proj_layer_norm: true });
  const transformer = conformerEncoder(names.within('encoder'), config);
  // made by transformers, and left aside by it
  return encoderNetwork(config, { weights, encoder, projection, transformer, unread: /^encoder\.pos_conv_embed\./ });
}

function conformerEncoder(names: WeightNames, config: NetworkConfig) {
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => conformerLayer(names.within(`layers.${layer}`), config));
  const norm = normWeights(names.within('layer_norm'), config.hidden_size, config.layer_norm_eps);
  return {
    hiddenStates: layers.length + 1,
    forward<T>(operations: Operations<T>, x: T, mask: T | undefined): T[] {
      const { scoped } = operations;
      let hidden = scoped(() => operations.dropout(mask === undefined ? x : operations.maskSteps(x, mask), config.hidden_dropout));
      const waves = config.position_embeddings_type === 'relative' ? operations.distanceWaves(hidden, config.hidden_size) : undefined;
      const hiddenStates = [hidden];
      for (const { prefix, forward } of layers) {
        if (operations.keepsLayer()) hidden = operations.stage(hidden, prefix, (y) => scoped(() => forward(operations, y, mask, waves)));
        hiddenStates.push(hidden);
      }
      hiddenStates.push(scoped(() => operations.layerNorm(hiddenStates.pop()!, norm)));
      return hiddenStates;
    },
  };
}

/** Half a feed-forward block, attention, convolution, and the other half. */
function conformerLayer(names: WeightNames, config: NetworkConfig) {
  const first = feedForward(names, 'ffn1', config);
  const attention = conformerAttention(names, config);
  const convolution = convolutionModule(names.within('conv_module'), config);
  const second = feedForward(names, 'ffn2', config);
  const norm = normWeights(names.within('final_layer_norm'), config.hidden_size, epsilon);
  return {
    prefix: names.prefix,
    forward<T>(operations: Operations<T>, x: T, mask: T | undefined, waves: T | undefined): T {
      const { scoped, add } = operations;
      const half = (y: T, block: typeof first) => scoped(() => add(y, operations.multiply(block(operations, y), 0.5)));
      const begun = half(x, first);
      const attended = scoped(() => add(begun, attention(operations, begun, mask, waves)));
      const convolved = scoped(() => add(attended, convolution(operations, attended)));
      return operations.layerNorm(half(convolved, second), norm);
    },
  };
}

function activated<T>(operations: Operations<T>, x: T, { hidden_act }: NetworkConfig): T {
  return hidden_act === 'gelu' ? operations.gelu(x) : operations.multiply(x, operations.sigmoid(x));
}

function feedForward(names: WeightNames, name: string, config: NetworkConfig) {
  const { hidden_size: size, intermediate_size: wide } = config;
  const norm = normWeights(names.within(`${name}_layer_norm`), size, epsilon);
  const widen = affineWeights(names.within(`${name}.intermediate_dense`), size, wide);
  const narrow = affineWeights(names.within(`${name}.output_dense`), wide, size);
  return <T>(operations: Operations<T>, x: T): T => {
    const inner = activated(operations, operations.affine(operations.layerNorm(x, norm), widen), config);
    return operations.dropout(operations.affine(operations.dropout(inner, config.activation_dropout), narrow), config.hidden_dropout);
  };
}

function conformerAttention(names: WeightNames, config: NetworkConfig) {
  const { hidden_size: size, num_attention_heads: heads, position_embeddings_type: position, attention_dropout: dropout } = config;
  const norm = normWeights(names.within('self_attn_layer_norm'), size, epsilon);
  const own = names.within('self_attn');
  const [query, key, value, output] = ['linear_q', 'linear_k', 'linear_v', 'linear_out'].map((name) =>
    affineWeights(own.within(name), size, size),
  );
  const relative =
    position === 'relative'
      ? {
          keys: { weight: own.weight('linear_pos.weight', size, size) },
          contentBias: own.weight('pos_bias_u', heads, size / heads),
          distanceBias: own.weight('pos_bias_v', heads, size / heads),
        }
      : undefined;
  const scale = (size / heads) ** -0.5;
  return <T>(operations: Operations<T>, x: T, mask: T | undefined, waves: T | undefined): T => {
    const { affine, addFeatures } = operations;
    const normal = operations.layerNorm(x, norm);
    const placed = position === 'rotary' ? operations.rotated(normal, heads, { size, base: config.rotary_embedding_base }) : normal;
    const asked = affine(placed, query!);
    const bias =
      relative && waves !== undefined
        ? operations.scoped(() => {
            const keys = affine(waves, relative.keys);
            return operations.multiply(operations.distanceProducts(addFeatures(asked, relative.distanceBias), keys, heads), scale);
          })
        : undefined;
    const attended = operations.attention(
      relative ? addFeatures(asked, relative.contentBias) : asked,
      affine(placed, key!),
      affine(normal, value!),
      { heads, scale, bias, mask, dropout },
    );
    return operations.dropout(affine(attended, output!), dropout);
  };
}

function convolutionModule(names: WeightNames, config: NetworkConfig) {
  const { hidden_size: size, conv_depthwise_kernel_size: taps } = config;
  const norm = normWeights(names.within('layer_norm'), size, epsilon);
  const widen = { weight: names.weight('pointwise_conv1.weight', 2 * size, size, 1) };
  const along = {
    weight: names.weight('depthwise_conv.weight', size, 1, taps),
    padding: [(taps - 1) / 2, (taps - 1) / 2],
    groups: size,
  } as const;
  const batch = names.within('batch_norm');
  const batchNorm = {
    ...normWeights(batch, size, epsilon),
    mean: batch.weight('running_mean', size),
    variance: batch.weight('running_var', size),
  };
  const narrow = { weight: names.weight('pointwise_conv2.weight', size, size, 1) };
  return <T>(operations: Operations<T>, x: T): T => {
    const gated = operations.gated(operations.convolution(operations.layerNorm(x, norm), widen), size);
    const normal = operations.batchNorm(operations.convolution(gated, along), batchNorm);
    return operations.dropout(operations.convolution(activated(operations, normal, config), narrow), config.conformer_conv_dropout);
  };
}
