import { encoderNetwork } from './encoder-network.ts';
import { featureEncoder } from './feature-encoder.ts';
import { featureProjection } from './feature-projection.ts';
import type { NetworkConfig } from './network-config.ts';
import { type Network, weightNames } from './operations.ts';
import { positionalConvolution } from './positional-convolution.ts';
import { selfAttention } from './self-attention.ts';
import { transformerEncoder } from './transformer-encoder.ts';

/**
 * wav2vec 2.0, HuBERT, UniSpeech, UniSpeech-SAT and DistilHuBERT, which differ in their training and their settings alone.
 *
 * (batch, samples) to hidden states (batch, frames, features).
 *
 * Baevski et al., "wav2vec 2.0", 2020; Hsu et al., "HuBERT", 2021; Chen et al., "UniSpeech-SAT", 2022.
 */
export function hubert(config: NetworkConfig): Network {
  const { names, weights } = weightNames();
  const encoder = featureEncoder(names.within('feature_extractor'), config);
  const projection = featureProjection(names.within('feature_projection'), encoder.size, config);
  const own = names.within('encoder');
  const transformer = transformerEncoder(own, config, {
    position: positionalConvolution(own.within('pos_conv_embed'), config),
    attention: (layer) => selfAttention(layer, config),
  });
  return encoderNetwork(config, { weights, encoder, projection, transformer });
}
