import { featureEncoder } from '../layers/feature-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { positionalConvolution } from '../layers/positional-convolution.ts';
import { selfAttention } from '../layers/self-attention.ts';
import { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { Network } from '../network.ts';
import { weightNames } from '../weight-names.ts';
import { encoderNetwork } from './encoder-network.ts';
import type { NetworkConfig } from './network-config.ts';

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
