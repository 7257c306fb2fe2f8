import { activated } from '../layers/activation.ts';
import { attentionWeights, type ConformerParts, conformerEncoder } from '../layers/conformer-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { normWeights } from '../layers/layer-weights.ts';
import type { Network } from '../network.ts';
import { smallestPower } from '../spectrograms/kaldi-mel.ts';
import { type WeightNames, weightNames } from '../weight-names.ts';
import type { NetworkConfig } from './network-config.ts';

/** mel bands of each of the two frames that make one */
const melBands = 80;
const mel = { bins: melBands, window: 'povey', floor: smallestPower } as const;

/**
 * w2v-BERT 2.0: conformer layers on Kaldi's mel bands, two frames at a time; a convolution sees what came before alone.
 *
 * (batch, samples) to hidden states (batch, frames, features). The mask has the frames of the mel bands, 10 ms each.
 *
 * Barrault et al., "Seamless: Multilingual Expressive and Streaming Speech Translation", 2023.
 */
export function wav2vec2Bert(config: NetworkConfig): Network {
  const { names, weights } = weightNames();
  const projection = featureProjection(names.within('feature_projection'), 2 * melBands, { ...config, feat_proj_layer_norm: true });
  const encoder = conformerEncoder(names.within('encoder'), config, {
    epsilon: config.layer_norm_eps,
    parts: (own) => ({ attention: keyedAttention(own, config), convolution: causalConvolution(own.within('conv_module'), config) }),
    hasNorm: false,
  });
  const [window, pair] = config.conv_kernel;
  const [shift, step] = config.conv_stride;
  const melFrames = (samples: number) => Math.max(0, Math.floor((samples - window!) / shift!) + 1);
  return {
    weights,
    size: config.hidden_size,
    hiddenStates: encoder.hiddenStates,
    downsampleRate: shift! * step!,
    frames: (samples) => Math.max(0, Math.floor((melFrames(samples) - pair!) / step!) + 1),
    maskFrames: melFrames,
    forward(operations, { waveforms, mask, highest }) {
      const pairs = operations.stage(waveforms, 'no weights', (x) =>
        operations.scoped(() => operations.pairSteps(operations.normalizeSteps(operations.kaldiMel(x, mel), mask, { variance: 1e-7 }))),
      );
      const projected = operations.stage(pairs, 'feature_projection.', (x) => projection.forward(operations, x));
      return encoder.forward(operations, projected, { mask: mask === undefined ? undefined : operations.secondSteps(mask), highest });
    },
  };
}

/** Attention that also asks each distance, up to so many frames before and after, the same of every head. */
function keyedAttention(names: WeightNames, config: NetworkConfig): ConformerParts['attention'] {
  const { hidden_size: size, num_attention_heads: heads, attention_dropout: dropout } = config;
  const { left_max_position_embeddings: left, right_max_position_embeddings: right } = config;
  const norm = normWeights(names.within('self_attn_layer_norm'), size, config.layer_norm_eps);
  const own = names.within('self_attn');
  const { query, key, value, output } = attentionWeights(own, size);
  const embedding = own.weight('distance_embedding.weight', left + right + 1, size / heads);
  const scale = (size / heads) ** -0.5;
  return (operations, x, mask) => {
    const { affine } = operations;
    const normal = operations.layerNorm(x, norm);
    const asked = affine(normal, query);
    const bias = operations.scoped(() =>
      operations.multiply(
        operations.distanceProducts(asked, operations.distanceKeys(asked, embedding, { left, right, heads }), heads),
        scale,
      ),
    );
    const attended = operations.attention(asked, affine(normal, key), affine(normal, value), { heads, scale, bias, mask, dropout });
    return operations.dropout(affine(attended, output), dropout);
  };
}

function causalConvolution(names: WeightNames, config: NetworkConfig): ConformerParts['convolution'] {
  const { hidden_size: size, conv_depthwise_kernel_size: taps, layer_norm_eps: epsilon } = config;
  const norm = normWeights(names.within('layer_norm'), size, epsilon);
  const widen = { weight: names.weight('pointwise_conv1.weight', 2 * size, size, 1) };
  const along = { weight: names.weight('depthwise_conv.weight', size, 1, taps), padding: [taps - 1, 0], groups: size } as const;
  const alongNorm = normWeights(names.within('depthwise_layer_norm'), size, epsilon);
  const narrow = { weight: names.weight('pointwise_conv2.weight', size, size, 1) };
  return (operations, x, mask) => {
    const normal = operations.layerNorm(x, norm);
    const shown = mask === undefined ? normal : operations.maskSteps(normal, mask);
    const gated = operations.gated(operations.convolution(shown, widen), size);
    const inner = activated(operations, operations.layerNorm(operations.convolution(gated, along), alongNorm), config.hidden_act);
    return operations.dropout(operations.convolution(inner, narrow), config.conformer_conv_dropout);
  };
}
