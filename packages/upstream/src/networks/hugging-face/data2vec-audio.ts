import { featureEncoder } from '../layers/feature-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { stackedPositionalConvolution } from '../layers/positional-convolution.ts';
import { selfAttention } from '../layers/self-attention.ts';
import { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { Network } from '../network.ts';
import { weightNames } from '../weight-names.ts';
import { encoderNetwork } from './encoder-network.ts';
import type { NetworkConfig } from './network-config.ts';

/**
 * data2vec for audio: every convolution of the encoder layer-normalized, position from several stacked convolutions.
 *
 * (batch, samples) to hidden states (batch, frames, features). The stacked convolutions carry
 * what they make of padding into the utterance, so an utterance alone and padded differ.
 *
 * Baevski et al., "data2vec", 2022.
 */
export function data2vecAudio(config: NetworkConfig): Network {
  const { names, weights } = weightNames();
  const encoder = featureEncoder(names.within('feature_extractor'), { ...config, feat_extract_norm: 'layer' });
  const projection = featureProjection(names.within('feature_projection'), encoder.size, { ...config, feat_proj_layer_norm: true });
  const own = names.within('encoder');
  const transformer = transformerEncoder(
    own,
    { ...config, do_stable_layer_norm: false },
    {
      position: stackedPositionalConvolution(own.within('pos_conv_embed'), config),
      attention: (layer) => selfAttention(layer, config),
    },
  );
  return encoderNetwork(config, { weights, encoder, projection, transformer });
}
