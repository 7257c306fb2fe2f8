import { activated } from '../layers/activation.ts';
import { attentionWeights, type ConformerParts, conformerEncoder } from '../layers/conformer-encoder.ts';
import { featureEncoder } from '../layers/feature-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { normWeights } from '../layers/layer-weights.ts';
import type { Network } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';
import { encoderNetwork } from './encoder-network.ts';
import type { NetworkConfig } from './network-config.ts';

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
  const isRelative = config.position_embeddings_type === 'relative';
  const transformer = conformerEncoder(names.within('encoder'), config, {
    epsilon,
    parts: (own) => ({ attention: conformerAttention(own, config), convolution: convolutionModule(own.within('conv_module'), config) }),
    distances: isRelative ? (operations, like) => operations.distanceWaves(like, config.hidden_size) : undefined,
    hasNorm: true,
  });
  // made by transformers, and left aside by it
  return encoderNetwork(config, { weights, encoder, projection, transformer, unread: /^encoder\.pos_conv_embed\./ });
}

function conformerAttention(names: WeightNames, config: NetworkConfig): ConformerParts['attention'] {
  const { hidden_size: size, num_attention_heads: heads, position_embeddings_type: position, attention_dropout: dropout } = config;
  const norm = normWeights(names.within('self_attn_layer_norm'), size, epsilon);
  const own = names.within('self_attn');
  const { query, key, value, output } = attentionWeights(own, size);
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
    const asked = affine(placed, query);
    const bias =
      relative && waves !== undefined
        ? operations.scoped(() => {
            const keys = affine(waves, relative.keys);
            return operations.multiply(operations.distanceProducts(addFeatures(asked, relative.distanceBias), keys, heads), scale);
          })
        : undefined;
    const attended = operations.attention(
      relative ? addFeatures(asked, relative.contentBias) : asked,
      affine(placed, key),
      affine(normal, value),
      { heads, scale, bias, mask, dropout },
    );
    return operations.dropout(affine(attended, output), dropout);
  };
}

function convolutionModule(names: WeightNames, config: NetworkConfig): ConformerParts['convolution'] {
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
    return operations.dropout(
      operations.convolution(activated(operations, normal, config.hidden_act), narrow),
      config.conformer_conv_dropout,
    );
  };
}
