import { featureEncoder } from '../layers/feature-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { positionalConvolution } from '../layers/positional-convolution.ts';
import { distanceBucket, gatedSelfAttention } from '../layers/self-attention.ts';
import { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { Network } from '../network.ts';
import { weightNames } from '../weight-names.ts';
import { encoderNetwork } from './encoder-network.ts';
import type { NetworkConfig } from './network-config.ts';

/**
 * WavLM: HuBERT whose attention also sees the distance of frames, through a gate.
 *
 * (batch, samples) to hidden states (batch, frames, features).
 *
 * Chen et al., "WavLM: Large-Scale Self-Supervised Pre-Training for Full Stack Speech Processing", 2022.
 */
export function wavlm(config: NetworkConfig): Network {
  const { names, weights } = weightNames();
  const encoder = featureEncoder(names.within('feature_extractor'), config);
  const projection = featureProjection(names.within('feature_projection'), encoder.size, config);
  const own = names.within('encoder');
  const { num_buckets: buckets, max_bucket_distance: farthest } = config;
  const transformer = transformerEncoder(own, config, {
    position: positionalConvolution(own.within('pos_conv_embed'), config),
    attention: (layer) => gatedSelfAttention(layer, config),
    bias(firstLayer) {
      const embedding = firstLayer.weight('rel_attn_embed.weight', buckets, config.num_attention_heads);
      return (operations, like) =>
        operations.distanceBias(like, embedding, (distance) => distanceBucket(distance, buckets, farthest), farthest);
    },
  });
  return encoderNetwork(config, { weights, encoder, projection, transformer });
}
